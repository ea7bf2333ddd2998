import { Slice } from "../bytes";

/**
 * What the filters on the way did to a frame's attributes. A codec's `encode` walks its frame and asks `find` for each
 * attribute that it meets; what stands in the additions was not in the frame before.
 */
export class Mutation {
  private names: Array<usize> = [];
  private values: Array<usize> = [];
  private count: i32 = 0;
  private addedNames: Array<usize> = [];
  private addedValues: Array<usize> = [];
  private addedCount: i32 = 0;

  /** Forgets all, for the next frame. */
  clear(): void {
    this.count = 0;
    this.addedCount = 0;
  }

  /** The change to the attribute of exactly this name (as `decode` gave it), or -1 where it stays. */
  find(name: Slice): i32 {
    for (let i = 0; i < this.count; i++) {
      if (changetype<Slice>(unchecked(this.names[i])).equals(name)) return i;
    }
    return -1;
  }

  /** Is the attribute gone? `change` is what `find` gave, not -1. */
  @inline removed(change: i32): bool {
    return unchecked(this.values[change]) == 0;
  }

  /** The new value; only where it is not `removed`. */
  @inline value(change: i32): Slice {
    return changetype<Slice>(unchecked(this.values[change]));
  }

  /** How many attributes the frame did not have. */
  @inline get additions(): i32 {
    return this.addedCount;
  }

  /** The name of an addition, `index < additions`. */
  @inline addedName(index: i32): Slice {
    return changetype<Slice>(unchecked(this.addedNames[index]));
  }

  /** The value of an addition, `index < additions`. */
  @inline addedValue(index: i32): Slice {
    return changetype<Slice>(unchecked(this.addedValues[index]));
  }

  /** Is the frame to stay as it is? */
  @inline get isEmpty(): bool {
    return this.count == 0 && this.addedCount == 0;
  }

  /** For the SDK: the attribute now has this value. */
  change(name: Slice, value: Slice): void {
    this.count = put(this.names, this.values, this.count, name, changetype<usize>(value));
  }

  /** For the SDK: the attribute is gone. */
  remove(name: Slice): void {
    this.count = put(this.names, this.values, this.count, name, 0);
  }

  /** For the SDK: an attribute that the frame did not have, in the spelling of who added it. */
  append(name: Slice, value: Slice): void {
    this.addedCount = put(this.addedNames, this.addedValues, this.addedCount, name, changetype<usize>(value));
  }
}

function put(names: Array<usize>, values: Array<usize>, count: i32, name: Slice, value: usize): i32 {
  if (count == names.length) {
    names.push(0);
    values.push(0);
  }
  unchecked((names[count] = changetype<usize>(name)));
  unchecked((values[count] = value));
  return count + 1;
}

import { Slice } from "../../bytes";

/** The headers of one message, in their order. Reused from message to message; the views are of this callback. */
export class HeaderList {
  private names: Array<usize> = [];
  private values: Array<usize> = [];
  private count: i32 = 0;


  @inline get length(): i32 {
    return this.count;
  }

  clear(): void {
    this.count = 0;
  }

  add(name: Slice, value: Slice): void {
    if (this.count == this.names.length) {
      this.names.push(0);
      this.values.push(0);
    }
    unchecked((this.names[this.count] = changetype<usize>(name)));
    unchecked((this.values[this.count] = changetype<usize>(value)));
    this.count++;
  }


  @inline nameAt(index: i32): Slice {
    return changetype<Slice>(unchecked(this.names[index]));
  }


  @inline valueAt(index: i32): Slice {
    return changetype<Slice>(unchecked(this.values[index]));
  }

  /** The value of the first header of this name (lower case); null where there is none. */
  get(name: Slice): Slice | null {
    for (let i = 0; i < this.count; i++) if (this.nameAt(i).equals(name)) return this.valueAt(i);
    return null;
  }
}

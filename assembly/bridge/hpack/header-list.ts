import { Slice } from "../../bytes";

/** The headers of one message, in their order. Reused from message to message; the views are of this callback. */
export class HeaderList {
  private pairs: StaticArray<Slice> = new StaticArray<Slice>(64);
  private count: i32 = 0;


  @inline get length(): i32 {
    return this.count;
  }

  clear(): void {
    this.count = 0;
  }

  add(name: Slice, value: Slice): void {
    const at = this.count << 1;
    if (at == this.pairs.length) this.widen();
    unchecked((this.pairs[at] = name));
    unchecked((this.pairs[at + 1] = value));
    this.count++;
  }


  @inline nameAt(index: i32): Slice {
    return unchecked(this.pairs[index << 1]);
  }


  @inline valueAt(index: i32): Slice {
    return unchecked(this.pairs[(index << 1) + 1]);
  }

  /** The value of the first header of this name (lower case); null where there is none. */
  get(name: Slice): Slice | null {
    for (let i = 0; i < this.count; i++) if (this.nameAt(i).equals(name)) return this.valueAt(i);
    return null;
  }

  private widen(): void {
    const wider = new StaticArray<Slice>(this.pairs.length * 2);
    for (let i = 0; i < this.pairs.length; i++) wider[i] = this.pairs[i];
    this.pairs = wider;
  }
}

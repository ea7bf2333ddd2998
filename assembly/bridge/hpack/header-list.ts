import { Slice } from "../../bytes";

/** The headers of one message, in their order. Reused from message to message; the views are of this callback. */
export class HeaderList {
  private pairs: StaticArray<Slice> = new StaticArray<Slice>(64);
  private notes: StaticArray<usize> = new StaticArray<usize>(32);
  private count: i32 = 0;


  @inline get length(): i32 {
    return this.count;
  }

  clear(): void {
    this.count = 0;
  }

  /** @param note where a table keeps something about this header from message to message; zero: nowhere */
  add(name: Slice, value: Slice, note: usize = 0): void {
    const at = this.count << 1;
    if (at == this.pairs.length) this.widen();
    unchecked((this.notes[this.count] = note));
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

  /** Where a u64 about this header is kept, zero before anybody wrote it; zero: nowhere. */
  @inline noteAt(index: i32): usize {
    return unchecked(this.notes[index]);
  }

  /** The value of the first header of this name (lower case); null where there is none. */
  get(name: Slice): Slice | null {
    for (let i = 0; i < this.count; i++) if (this.nameAt(i).equals(name)) return this.valueAt(i);
    return null;
  }

  private widen(): void {
    const pairs = new StaticArray<Slice>(this.pairs.length * 2);
    for (let i = 0; i < this.pairs.length; i++) pairs[i] = this.pairs[i];
    const notes = new StaticArray<usize>(this.notes.length * 2);
    for (let i = 0; i < this.notes.length; i++) notes[i] = this.notes[i];
    this.pairs = pairs;
    this.notes = notes;
  }
}

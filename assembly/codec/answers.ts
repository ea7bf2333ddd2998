import { Slice } from "../bytes";

/** The answers to the parts of one request, for `Codec.join`: views, in the order of the parts. */
export class Answers {
  private list: Array<usize> = [];
  private count: i32 = 0;

  /** How many there are. */
  @inline get length(): i32 {
    return this.count;
  }

  /** A whole frame: the server's, or what `fail` wrote where the proxy answered in its place. */
  @inline at(index: i32): Slice {
    return changetype<Slice>(unchecked(this.list[index]));
  }

  /** For the SDK. */
  clear(): void {
    this.count = 0;
  }

  /** For the SDK. */
  push(answer: Slice): void {
    if (this.count == this.list.length) this.list.push(0);
    unchecked((this.list[this.count] = changetype<usize>(answer)));
    this.count++;
  }
}

import { Slice } from "./slice";

/** Bytes that are kept from one callback to the next, and freed by the garbage collector. */
export class Bytes {
  private constructor(private buffer: ArrayBuffer) {}

  /** A copy of what the view shows. */
  static copyOf(slice: Slice): Bytes {
    const buffer = new ArrayBuffer(slice.length);
    memory.copy(changetype<usize>(buffer), slice.ptr, <usize>slice.length);
    return new Bytes(buffer);
  }

  /** The UTF-8 of `text`. */
  static of(text: string): Bytes {
    return new Bytes(String.UTF8.encode(text));
  }

  /** In bytes. */
  get length(): i32 {
    return this.buffer.byteLength;
  }

  /** A view, good until the current callback returns, and as long as this object lives. */
  view(): Slice {
    return Slice.view(changetype<usize>(this.buffer), this.buffer.byteLength);
  }
}

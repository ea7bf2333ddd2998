import { Slice } from "./slice";

/**
 * A bounds-checked cursor over bytes. Reading past the end gives zero, and `ok` is false from then on: bad input from
 * the wire is a value here, never a trap, so a decoder reads straight through and asks once.
 */
export class Reader {
  private start: usize = 0;
  private cursor: usize = 0;
  private end: usize = 0;
  private failed: bool = false;

  /** Starts over on `length` bytes at `ptr`. Readers are reused; making one for each frame would be garbage. */
  reset(ptr: usize, length: i32): this {
    this.start = ptr;
    this.cursor = ptr;
    this.end = ptr + <usize>length;
    this.failed = false;
    return this;
  }

  /** Starts over on what a view shows. */
  over(bytes: Slice): this {
    return this.reset(bytes.ptr, bytes.length);
  }

  /** False once anything was read that was not there, or `fail` was called. */
  @inline get ok(): bool {
    return !this.failed;
  }

  /** Bytes that are left. */
  @inline get remaining(): i32 {
    return <i32>(this.end - this.cursor);
  }

  /** Bytes read so far. */
  @inline get position(): i32 {
    return <i32>(this.cursor - this.start);
  }

  /** Where the next byte is, for a reader of another kind that goes on from here; `limit` is where the last one ends. */
  @inline get pointer(): usize {
    return this.cursor;
  }

  /** The address behind the last byte. */
  @inline get limit(): usize {
    return this.end;
  }

  /** Goes to `position` bytes from the start. */
  seek(position: i32): void {
    if (position < 0 || position > <i32>(this.end - this.start)) this.fail();
    else this.cursor = this.start + <usize>position;
  }

  /** Marks the input as bad. */
  fail(): void {
    this.failed = true;
    this.cursor = this.end;
  }

  /** True where `count` more bytes are there; asking does not fail the reader. */
  @inline has(count: i32): bool {
    return count >= 0 && this.remaining >= count;
  }

  /** The next byte without taking it; zero at the end. */
  @inline peek(): u8 {
    return this.cursor < this.end ? load<u8>(this.cursor) : 0;
  }

  /** The next byte. */
  u8(): u8 {
    const at = this.take(1);
    return at ? load<u8>(at) : 0;
  }

  /** Big-endian, as are all without `le`. */
  u16(): u16 {
    const at = this.take(2);
    return at ? bswap<u16>(load<u16>(at)) : 0;
  }

  /** 24 bits, big-endian. */
  u24(): u32 {
    const at = this.take(3);
    return at ? ((<u32>load<u8>(at)) << 16) | ((<u32>load<u8>(at, 1)) << 8) | (<u32>load<u8>(at, 2)) : 0;
  }

  /** 32 bits, big-endian. */
  u32(): u32 {
    const at = this.take(4);
    return at ? bswap<u32>(load<u32>(at)) : 0;
  }

  /** 64 bits, big-endian. */
  u64(): u64 {
    const at = this.take(8);
    return at ? bswap<u64>(load<u64>(at)) : 0;
  }

  /** 16 bits, little-endian. */
  u16le(): u16 {
    const at = this.take(2);
    return at ? load<u16>(at) : 0;
  }

  /** 32 bits, little-endian. */
  u32le(): u32 {
    const at = this.take(4);
    return at ? load<u32>(at) : 0;
  }

  /** 64 bits, little-endian. */
  u64le(): u64 {
    const at = this.take(8);
    return at ? load<u64>(at) : 0;
  }

  /** A view of the next `length` bytes; empty, and the reader failed, where they are not there. */
  bytes(length: i32): Slice {
    const at = this.take(length);
    return at ? Slice.view(at, length) : Slice.empty();
  }

  /** A view of as many bytes as the number before them says, an unsigned one of 8, 16 or 32 bits. */
  bytes8(): Slice {
    return this.bytes(this.u8());
  }

  /** As `bytes8`, behind a number of 16 bits, big-endian. */
  bytes16(): Slice {
    return this.bytes(this.u16());
  }

  /** As `bytes8`, behind a number of 32 bits, big-endian. */
  bytes32(): Slice {
    return this.bytes(this.u32());
  }

  /** A view of the rest. */
  rest(): Slice {
    return this.bytes(this.remaining);
  }

  /** Goes on by `length` bytes without a look at them. */
  skip(length: i32): void {
    this.take(length);
  }

  private take(length: i32): usize {
    if (!this.has(length)) {
      this.fail();
      return 0;
    }
    const at = this.cursor;
    this.cursor += <usize>length;
    return at;
  }
}

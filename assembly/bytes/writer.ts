import { copyBytes } from "./copy";
import { Slice } from "./slice";

const FIRST_CAPACITY: i32 = 4096;

/**
 * A growing byte buffer outside the garbage collector. Numbers go out big-endian unless the name says `le`.
 * A writer is reset and used again; `free` gives its memory back.
 */
export class Writer {
  private base: usize = 0;
  private size: i32 = 0;
  private capacity: i32 = 0;
  private failed: bool = false;

  /** Where the bytes are; good until more is written. */
  @inline get ptr(): usize {
    return this.base;
  }

  /** Bytes written so far. */
  @inline get length(): i32 {
    return this.size;
  }

  /** False once something was written that did not fit its field, until `reset`. */
  @inline get ok(): bool {
    return !this.failed;
  }

  /** Forgets what was written and keeps the memory. */
  @inline reset(): void {
    this.size = 0;
    this.failed = false;
  }

  /** Cuts back to `length` bytes: what was written after is forgotten. */
  truncate(length: i32): void {
    if (length >= 0 && length < this.size) this.size = length;
  }

  /** Gives the memory back. The garbage collector does not. */
  free(): void {
    if (this.base) heap.free(this.base);
    this.base = 0;
    this.capacity = 0;
    this.reset();
  }

  /** A view of all that was written, good until the next write. */
  view(): Slice {
    return Slice.view(this.base, this.size);
  }

  /** The low 8 bits. */
  u8(value: u32): void {
    store<u8>(this.grow(1), <u8>value);
  }

  /** The low 16 bits, big-endian. */
  u16(value: u32): void {
    store<u16>(this.grow(2), bswap<u16>(<u16>value));
  }

  /** The low 24 bits, big-endian. */
  u24(value: u32): void {
    const at = this.grow(3);
    store<u8>(at, <u8>(value >> 16));
    store<u8>(at, <u8>(value >> 8), 1);
    store<u8>(at, <u8>value, 2);
  }

  /** 32 bits, big-endian. */
  u32(value: u32): void {
    store<u32>(this.grow(4), bswap<u32>(value));
  }

  /** 64 bits, big-endian. */
  u64(value: u64): void {
    store<u64>(this.grow(8), bswap<u64>(value));
  }

  /** The low 16 bits, little-endian. */
  u16le(value: u32): void {
    store<u16>(this.grow(2), <u16>value);
  }

  /** 32 bits, little-endian. */
  u32le(value: u32): void {
    store<u32>(this.grow(4), value);
  }

  /** 64 bits, little-endian. */
  u64le(value: u64): void {
    store<u64>(this.grow(8), value);
  }

  /** A copy of what the view shows. */
  bytes(slice: Slice): void {
    this.copy(slice.ptr, slice.length);
  }

  /** A copy of `length` bytes at `ptr`. */
  copy(ptr: usize, length: i32): void {
    if (length > 0) copyBytes(this.grow(length), ptr, length);
  }

  /** Bytes after their number, an unsigned one of 8, 16 or 32 bits. Too many for it: nothing is written, and `ok` is false. */
  bytes8(slice: Slice): void {
    if (!this.fits(slice, 0xff)) return;
    this.u8(slice.length);
    this.bytes(slice);
  }

  /** As `bytes8`, behind a number of 16 bits, big-endian. */
  bytes16(slice: Slice): void {
    if (!this.fits(slice, 0xffff)) return;
    this.u16(slice.length);
    this.bytes(slice);
  }

  /** As `bytes8`, behind a number of 32 bits, big-endian. */
  bytes32(slice: Slice): void {
    this.u32(slice.length);
    this.bytes(slice);
  }

  /** The UTF-8 of `text`. For text that is made at run time; constants are `Slice.fixed`. */
  text(text: string): void {
    const length = <i32>String.UTF8.byteLength(text);
    if (length > 0) String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, this.grow(length));
  }

  /** A number in decimal digits. */
  decimal(value: u64): void {
    let digits = 1;
    for (let rest = value / 10; rest > 0; rest /= 10) digits++;
    let at = this.grow(digits) + <usize>digits;
    let rest = value;
    for (let i = 0; i < digits; i++) {
      store<u8>(--at, 0x30 + <u8>(rest % 10));
      rest /= 10;
    }
  }

  /** Room for `length` bytes whose content is patched later; returns its position. */
  reserve(length: i32): i32 {
    const at = this.size;
    this.grow(length);
    return at;
  }

  /** Puts 16 bits, big-endian, over what was reserved at `position`. */
  patchU16(position: i32, value: u32): void {
    store<u16>(this.base + <usize>position, bswap<u16>(<u16>value));
  }

  /** Puts 24 bits, big-endian, over what was reserved at `position`. */
  patchU24(position: i32, value: u32): void {
    const at = this.base + <usize>position;
    store<u8>(at, <u8>(value >> 16));
    store<u8>(at, <u8>(value >> 8), 1);
    store<u8>(at, <u8>value, 2);
  }

  /** Puts 32 bits, big-endian, over what was reserved at `position`. */
  patchU32(position: i32, value: u32): void {
    store<u32>(this.base + <usize>position, bswap<u32>(value));
  }

  /** The u32 at `position` becomes the number of bytes that were written after it. */
  patchLength(position: i32): void {
    this.patchU32(position, this.size - position - 4);
  }

  /** Puts 64 bits, big-endian, over what was reserved at `position`. */
  patchU64(position: i32, value: u64): void {
    store<u64>(this.base + <usize>position, bswap<u64>(value));
  }

  private fits(slice: Slice, most: i32): bool {
    if (slice.length > most) this.failed = true;
    return slice.length <= most;
  }

  // Nearly every call finds room: that path is inlined, the other is not.
  @inline private grow(length: i32): usize {
    const at = this.size;
    const needed = at + length;
    if (needed > this.capacity) this.widen(needed);
    this.size = needed;
    return this.base + <usize>at;
  }

  private widen(needed: i32): void {
    let capacity = this.capacity > 0 ? this.capacity : FIRST_CAPACITY;
    while (capacity < needed) capacity <<= 1;
    this.base = this.base ? heap.realloc(this.base, <usize>capacity) : heap.alloc(<usize>capacity);
    this.capacity = capacity;
  }
}

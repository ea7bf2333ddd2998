import { arenaTake } from "./arena";
import { sameBytes } from "./same";

/**
 * A view of bytes that somebody else owns: no copy, no garbage.
 *
 * Views live in an arena that the dispatcher empties when the host's call returns, so a view must not be kept from one
 * callback to the next; what has to stay is copied (`Bytes`) or made with `fixed`.
 */
@unmanaged
export class Slice {
  ptr: usize;
  length: i32;

  /** A view of `length` bytes at `ptr`, good until the current callback returns. */
  static view(ptr: usize, length: i32): Slice {
    const slice = changetype<Slice>(arenaTake(offsetof<Slice>()));
    slice.ptr = ptr;
    slice.length = length;
    return slice;
  }

  /** A constant: the UTF-8 of `text`, encoded once and never freed. For use at module level only. */
  static fixed(text: string): Slice {
    const length = String.UTF8.byteLength(text);
    const ptr = heap.alloc(length == 0 ? 1 : length);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, ptr);
    const slice = changetype<Slice>(heap.alloc(offsetof<Slice>()));
    slice.ptr = ptr;
    slice.length = length;
    return slice;
  }

  /** No bytes: one constant for all. */
  static empty(): Slice {
    return EMPTY;
  }

  /** The address behind the last byte. */
  @inline get end(): usize {
    return this.ptr + <usize>this.length;
  }

  /** The byte at `index`; the caller has checked `index < length`. */
  @inline at(index: i32): u8 {
    return load<u8>(this.ptr + <usize>index);
  }

  /** The same bytes, letter case and all. */
  @inline equals(other: Slice): bool {
    return this.length == other.length && sameBytes(this.ptr, other.ptr, this.length);
  }

  /** Equal but for the case of ASCII letters. */
  equalsIgnoreCase(other: Slice): bool {
    if (this.length != other.length) return false;
    for (let i = 0; i < this.length; i++) {
      if (lower(this.at(i)) != lower(other.at(i))) return false;
    }
    return true;
  }

  /** Begins it with these bytes? The empty prefix begins all. */
  startsWith(prefix: Slice): bool {
    return this.length >= prefix.length && sameBytes(this.ptr, prefix.ptr, prefix.length);
  }

  /** The first `length` bytes, or fewer, so that no character of UTF-8 is cut. */
  start(length: i32): Slice {
    if (length >= this.length) return this;
    while (length > 0 && (this.at(length) & 0xc0) == 0x80) length--;
    return Slice.view(this.ptr, length);
  }

  /** The number that these decimal digits say; zero where they say none that fits. */
  decimal(): i32 {
    if (this.length > 10) return 0;
    let value: i64 = 0;
    for (let i = 0; i < this.length; i++) {
      const digit = <i64>this.at(i) - 0x30;
      if (digit < 0 || digit > 9) return 0;
      value = value * 10 + digit;
    }
    return value <= i32.MAX_VALUE ? <i32>value : 0;
  }

  /** The bytes as text, for logs and configuration; allocates. Bytes that are no UTF-8 become U+FFFD. */
  toString(): string {
    return String.UTF8.decodeUnsafe(this.ptr, <usize>this.length);
  }
}

/** An ASCII letter in lower case; any other byte as it is. */
@inline
export function lower(byte: u8): u8 {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

const EMPTY: Slice = Slice.fixed("");

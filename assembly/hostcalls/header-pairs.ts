import { arenaTake, Slice, Writer } from "../bytes";

/**
 * Header maps as the ABI serialises them, all numbers little-endian:
 *   count u32, count × (name length u32, value length u32), count × (name, 0, value, 0)
 */
@unmanaged
export class HeaderPairs {
  private bytes: Slice;
  private cursor: usize;
  private index: i32;
  /** Pairs in all; zero where the bytes are not of this form. */
  count: i32;

  /** For `while (pairs.next()) …`. */
  name: Slice;
  value: Slice;

  /** A walk over a serialised map, good until the current callback returns. */
  static over(bytes: Slice): HeaderPairs {
    const pairs = changetype<HeaderPairs>(arenaTake(offsetof<HeaderPairs>()));
    const declared = bytes.length >= 4 ? load<u32>(bytes.ptr) : 0;
    pairs.bytes = bytes;
    pairs.count = <u64>declared * 8 + 4 <= <u64>bytes.length ? <i32>declared : 0;
    pairs.cursor = bytes.ptr + 4 + <usize>pairs.count * 8;
    pairs.index = 0;
    pairs.name = Slice.empty();
    pairs.value = Slice.empty();
    return pairs;
  }

  /** Goes to the next pair; false when there is none. */
  next(): bool {
    if (this.index == this.count) return false;
    const sizes = this.bytes.ptr + 4 + <usize>this.index * 8;
    const nameSize = load<u32>(sizes);
    const valueSize = load<u32>(sizes, 4);
    const end = <u64>this.cursor + <u64>nameSize + <u64>valueSize + 2;
    if (end > <u64>this.bytes.end) return false;
    this.name = Slice.view(this.cursor, <i32>nameSize);
    this.value = Slice.view(this.cursor + <usize>nameSize + 1, <i32>valueSize);
    this.cursor = <usize>end;
    this.index++;
    return true;
  }
}

/** Makes a serialised header map: local replies, callouts and `setHeaders` take it. */
export class HeaderPairsWriter {
  private sizes: Writer = new Writer();
  private text: Writer = new Writer();
  private count: i32 = 0;

  /** One more pair, copied. Returns the writer itself. */
  add(name: Slice, value: Slice): this {
    this.sizes.u32le(<u32>name.length);
    this.sizes.u32le(<u32>value.length);
    this.text.bytes(name);
    this.text.u8(0);
    this.text.bytes(value);
    this.text.u8(0);
    this.count++;
    return this;
  }

  /** The map so far, good until the callback returns; what was added is forgotten. */
  take(): Slice {
    const length = 4 + this.sizes.length + this.text.length;
    const ptr = arenaTake(<usize>length);
    store<u32>(ptr, this.count);
    memory.copy(ptr + 4, this.sizes.ptr, <usize>this.sizes.length);
    memory.copy(ptr + 4 + <usize>this.sizes.length, this.text.ptr, <usize>this.text.length);
    this.sizes.reset();
    this.text.reset();
    this.count = 0;
    return Slice.view(ptr, length);
  }
}

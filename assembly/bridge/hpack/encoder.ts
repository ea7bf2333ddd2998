import { copyBytes, Slice, Writer } from "../../bytes";

// We never index: literals (RFC 7541, section 6.2.2) and entries of the static table need no state on either side.

/** Shorter strings have their length in one byte (section 5.1, with a prefix of seven bits). */
const SHORT: i32 = 127;

/** A header that the static table has in whole (section 6.1). */
@inline
export function writeIndexed(out: Writer, index: u32): void {
  out.u8(0x80 | index);
}

/** A value for a name of the static table. */
export function writeNamed(out: Writer, nameIndex: u32, value: Slice): void {
  writeInteger(out, 0, 4, nameIndex);
  writeString(out, value);
}

export function writeLiteral(out: Writer, name: Slice, value: Slice): void {
  if (name.length < SHORT && value.length < SHORT) {
    writeShort(out, name, value);
    return;
  }
  out.u8(0);
  writeString(out, name);
  writeString(out, value);
}

/** A literal whose lengths take a byte each. */
function writeShort(out: Writer, name: Slice, value: Slice): void {
  const from = out.reserve(3 + name.length + value.length);
  const at = out.ptr + <usize>from;
  store<u8>(at, 0);
  store<u8>(at, <u8>name.length, 1);
  copyBytes(at + 2, name.ptr, name.length);
  const behind = at + 2 + <usize>name.length;
  store<u8>(behind, <u8>value.length);
  copyBytes(behind + 1, value.ptr, value.length);
}

/** A string as it is (section 5.2), not Huffman-coded: between two filters of one process, bytes are free. */
export function writeString(out: Writer, text: Slice): void {
  writeInteger(out, 0, 7, <u32>text.length);
  out.bytes(text);
}

/** Section 5.1. */
export function writeInteger(out: Writer, first: u32, prefix: u32, value: u32): void {
  const mask = ((<u32>1) << prefix) - 1;
  if (value < mask) {
    out.u8(first | value);
    return;
  }
  out.u8(first | mask);
  let rest = value - mask;
  while (rest >= 0x80) {
    out.u8((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  out.u8(rest);
}

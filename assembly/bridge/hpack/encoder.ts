import { Slice, Writer } from "../../bytes";

// We never index: literals (RFC 7541, section 6.2.2) and entries of the static table need no state on either side.

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
  out.u8(0);
  writeString(out, name);
  writeString(out, value);
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

// varint = seven bits a byte, the lowest first, 0x80 where more follow      zigzag = 0, -1, 1, -2 … as 0, 1, 2, 3 …
import { Reader, Writer } from "meltemi/assembly";

// Ten bytes of seven bits hold 64.
const LONGEST: u64 = 70;

/** Fails the reader where the input ends first. What goes on for more than ten bytes is cut there: no caller can use it. */
export function readVarint(input: Reader): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < LONGEST; shift += 7) {
    const byte = input.u8();
    value |= (<u64>(byte & 0x7f)) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

export function writeVarint(out: Writer, value: u64): void {
  while (value >= 0x80) {
    out.u8((<u32>(value & 0x7f)) | 0x80);
    value >>= 7;
  }
  out.u8(<u32>value);
}

/** The signed number that a varint stands for. */
@inline
export function zigzag(value: u64): i64 {
  return (<i64>(value >> 1)) ^ -(<i64>(value & 1));
}

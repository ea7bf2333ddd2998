import { Slice, Writer } from "meltemi/assembly";

/** The header of an array of bulk strings. */
export function writeArray(out: Writer, count: i32): void {
  out.u8(0x2a);
  out.decimal(count);
  out.u16(CRLF);
}

export function writeBulk(out: Writer, bytes: Slice): void {
  out.u8(0x24);
  out.decimal(bytes.length);
  out.u16(CRLF);
  out.bytes(bytes);
  out.u16(CRLF);
}

/** `+text`. */
export function writeSimple(out: Writer, text: Slice): void {
  out.u8(0x2b);
  out.bytes(text);
  out.u16(CRLF);
}

export function writeInteger(out: Writer, value: i64): void {
  out.u8(0x3a);
  if (value < 0) out.u8(0x2d);
  out.decimal(value < 0 ? <u64>-value : <u64>value);
  out.u16(CRLF);
}

/** Null, as the version of the protocol has it. */
export function writeNull(out: Writer, resp3: bool): void {
  out.bytes(resp3 ? NULL3 : NULL2);
}

/** Begins `-text`; what follows is the message, then `endLine`. */
export function beginError(out: Writer, text: Slice): void {
  out.u8(0x2d);
  out.bytes(text);
}

/** Text of others within a line: line breaks and control characters become blanks, and it is cut where a character begins. */
export function writeText(out: Writer, text: Slice, most: i32): void {
  let length = min<i32>(text.length, most);
  while (length < text.length && length > 0 && (text.at(length) & 0xc0) == 0x80) length--;
  for (let i = 0; i < length; i++) out.u8(text.at(i) < 0x20 ? 0x20 : text.at(i));
}

export function endLine(out: Writer): void {
  out.u16(CRLF);
}

const CRLF: u32 = 0x0d0a;
const NULL2 = Slice.fixed("$-1\r\n");
const NULL3 = Slice.fixed("_\r\n");

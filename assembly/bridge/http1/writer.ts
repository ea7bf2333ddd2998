import { Slice, Writer } from "../../bytes";

const VERSION = Slice.fixed("HTTP/1.1 ");
const CONTENT_LENGTH = Slice.fixed("content-length");

/** The status line; the phrase that may follow the number is left empty (RFC 9112, section 4). */
export function writeStatusLine(out: Writer, status: u32): void {
  out.bytes(VERSION);
  out.decimal(status);
  out.u8(0x20);
  endLine(out);
}

export function writeHeader(out: Writer, name: Slice, value: Slice): void {
  out.bytes(name);
  out.u8(0x3a);
  out.u8(0x20);
  out.bytes(value);
  endLine(out);
}

export function writeNumber(out: Writer, name: Slice, value: u64): void {
  out.bytes(name);
  out.u8(0x3a);
  out.u8(0x20);
  out.decimal(value);
  endLine(out);
}

/** Ends the head, and writes the body behind it. */
export function writeBody(out: Writer, body: Slice): void {
  writeNumber(out, CONTENT_LENGTH, <u64>body.length);
  endLine(out);
  out.bytes(body);
}

function endLine(out: Writer): void {
  out.u8(13);
  out.u8(10);
}

import { Slice, Writer } from "../../bytes";
import { Frame, Kind, Metadata } from "../../codec";
import { writeIndexed, writeInteger, writeLiteral, writeNamed } from "../hpack";
import { AttributeForms } from "./forms";
import { DIGEST, KIND, ONE_WAY, OPAQUE, TIMEOUT } from "./names";
import { writeEscaped } from "./path";

// Places in HPACK's static table (RFC 7541, appendix A).
const AUTHORITY: u32 = 1;
const METHOD_POST: u32 = 3;
const PATH: u32 = 4;
const SCHEME_HTTP: u32 = 6;

const scratch = new Writer();

/**
 * Writes the header block of a request.
 * @param meta null where the frame could not be read: it goes where requests without attributes go
 * @param timeoutMs the caller's deadline; zero: none
 */
export function writeRequestHeaders(
  out: Writer,
  frame: Frame,
  meta: Metadata | null,
  forms: AttributeForms,
  timeoutMs: i32,
): void {
  const service = meta == null ? Slice.empty() : meta.service;
  const operation = meta == null ? Slice.empty() : meta.operation;
  writeIndexed(out, METHOD_POST);
  writeIndexed(out, SCHEME_HTTP);
  scratch.reset();
  scratch.u8(0x2f);
  writeEscaped(scratch, service);
  const authorityEnd = scratch.length;
  scratch.u8(0x2f);
  writeEscaped(scratch, operation);
  writeNamed(out, PATH, scratch.view());
  writeNamed(out, AUTHORITY, Slice.view(scratch.ptr + 1, authorityEnd - 1));
  for (let i = 0; i < forms.length; i++) writeLiteral(out, forms.nameAt(i), forms.valueAt(i));
  writeLiteral(out, DIGEST, forms.digestHex());
  if (frame.kind == Kind.OneWay) writeLiteral(out, KIND, ONE_WAY);
  else if (meta == null) writeLiteral(out, KIND, OPAQUE);
  if (timeoutMs > 0) writeDecimal(out, TIMEOUT, timeoutMs);
}

/** A literal header whose value is a number. */
export function writeDecimal(out: Writer, name: Slice, value: u32): void {
  out.u8(0);
  writeInteger(out, 0, 7, <u32>name.length);
  out.bytes(name);
  const at = out.reserve(1);
  out.decimal(value);
  store<u8>(out.ptr + <usize>at, <u8>(out.length - at - 1));
}

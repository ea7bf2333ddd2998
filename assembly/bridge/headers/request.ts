import { Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { HeaderPairsWriter } from "../../hostcalls";
import { writeIndexed, writeInteger, writeLiteral, writeNamed } from "../hpack";
import { AttributeForms } from "./forms";
import { DIGEST, FORCE_TRACE, KIND, ONE, ONE_WAY, OPAQUE, PART, PASS, STATE, TIMEOUT, TRACE } from "./names";
import { findTarget, targetAuthority, targetPath } from "./target";
import { isSampled, Trace } from "./trace";

// Places in HPACK's static table (RFC 7541, appendix A).
const AUTHORITY: u32 = 1;
const METHOD_POST: u32 = 3;
const PATH: u32 = 4;
const SCHEME_HTTP: u32 = 6;

/**
 * Writes the header block of a request.
 * @param meta null where the frame could not be read: it goes where requests without attributes go
 * @param timeoutMs the caller's deadline; zero: none
 * @param whole which request this is a part of; zero: it was not split
 * @param trace what the proxy's tracer does with it
 */
export function writeRequestHeaders(
  out: Writer,
  meta: Metadata | null,
  forms: AttributeForms,
  oneWay: bool,
  timeoutMs: i32,
  whole: i32,
  trace: Trace,
): void {
  findTarget(meta);
  writeIndexed(out, METHOD_POST);
  writeIndexed(out, SCHEME_HTTP);
  writeNamed(out, PATH, targetPath());
  writeNamed(out, AUTHORITY, targetAuthority());
  for (let i = 0; i < forms.length; i++) writeLiteral(out, forms.nameAt(i), forms.valueAt(i));
  writeLiteral(out, DIGEST, forms.digestHex(trace != Trace.Pass));
  if (trace == Trace.Pass) writeLiteral(out, TRACE, PASS);
  else if (trace == Trace.On && isSampled(forms)) writeLiteral(out, FORCE_TRACE, ONE);
  if (oneWay) writeLiteral(out, KIND, ONE_WAY);
  else if (meta == null) writeLiteral(out, KIND, OPAQUE);
  if (meta != null && meta.state > 0) writeDecimal(out, STATE, <u32>meta.state);
  if (timeoutMs > 0) writeDecimal(out, TIMEOUT, timeoutMs);
  if (whole > 0) writeDecimal(out, PART, whole);
}

const METHOD_NAME = Slice.fixed(":method");
const POST = Slice.fixed("POST");
const SCHEME_NAME = Slice.fixed(":scheme");
const HTTP = Slice.fixed("http");
const PATH_NAME = Slice.fixed(":path");
const AUTHORITY_NAME = Slice.fixed(":authority");

/** The headers of a one-way request, for a callout. */
export function addOneWayHeaders(
  pairs: HeaderPairsWriter,
  meta: Metadata | null,
  forms: AttributeForms,
  trace: Trace,
): void {
  findTarget(meta);
  pairs.add(METHOD_NAME, POST).add(SCHEME_NAME, HTTP).add(PATH_NAME, targetPath());
  pairs.add(AUTHORITY_NAME, targetAuthority());
  for (let i = 0; i < forms.length; i++) pairs.add(forms.nameAt(i), forms.valueAt(i));
  pairs.add(DIGEST, forms.digestHex(trace != Trace.Pass)).add(KIND, ONE_WAY);
  if (trace == Trace.Pass) pairs.add(TRACE, PASS);
  else if (trace == Trace.On && isSampled(forms)) pairs.add(FORCE_TRACE, ONE);
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

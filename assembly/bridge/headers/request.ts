import { Slice, Writer } from "../../bytes";
import { headerHash } from "../../attributes";
import { Metadata } from "../../codec";
import { HeaderPairsWriter } from "../../hostcalls";
import { IndexedEncoder, writeIndexed, writeInteger, writeLiteral } from "../hpack";
import { AttributeForms } from "./forms";
import {
  DIGEST,
  FORCE_TRACE,
  FORWARDED_FOR,
  KIND,
  ONE,
  ONE_WAY,
  OPAQUE,
  PART,
  PASS,
  STATE,
  THE_PROXY,
  TIMEOUT,
  TRACE,
} from "./names";
import { findTarget, targetAuthority, targetAuthorityHash, targetPath, targetPathHash } from "./target";
import { isSampled, Trace } from "./trace";

// Places in HPACK's static table (RFC 7541, appendix A).
const AUTHORITY: u32 = 1;
const METHOD_POST: u32 = 3;
const PATH: u32 = 4;
const SCHEME_HTTP: u32 = 6;

/** How many values `Trace` has. */
const TRACES: u32 = 3;

const PATH_NAME = Slice.fixed(":path");
const AUTHORITY_NAME = Slice.fixed(":authority");

/**
 * Writes the header block of a request.
 * @param encoder of the connection
 * @param meta null where the frame could not be read: it goes where requests without attributes go
 * @param timeoutMs the caller's deadline; zero: none
 * @param whole which request this is a part of; zero: it was not split
 * @param trace what the proxy's tracer does with it
 */
export function writeRequestHeaders(
  encoder: IndexedEncoder,
  out: Writer,
  meta: Metadata | null,
  forms: AttributeForms,
  oneWay: bool,
  timeoutMs: i32,
  whole: i32,
  trace: Trace,
): void {
  // What goes by the trace is told apart from what the message says: a tracer comes and goes.
  const version = forms.version == 0 ? 0 : forms.version * TRACES + <u32>trace;
  if (!encoder.repeat(out, version)) {
    encoder.begin(out);
    writeSaid(encoder, out, meta, forms, trace);
    encoder.end(out, version);
  }
  if (trace == Trace.Pass) writeLiteral(out, TRACE, PASS);
  else if (trace == Trace.On && isSampled(forms)) writeLiteral(out, FORCE_TRACE, ONE);
  if (oneWay) writeLiteral(out, KIND, ONE_WAY);
  else if (meta == null) writeLiteral(out, KIND, OPAQUE);
  if (meta != null && meta.state > 0) writeDecimal(out, STATE, <u32>meta.state);
  if (timeoutMs > 0) writeDecimal(out, TIMEOUT, timeoutMs);
  if (whole > 0) writeDecimal(out, PART, whole);
}

/** What the message says of itself: the same for all that say the same. */
function writeSaid(
  encoder: IndexedEncoder,
  out: Writer,
  meta: Metadata | null,
  forms: AttributeForms,
  trace: Trace,
): void {
  findTarget(meta);
  writeIndexed(out, METHOD_POST);
  writeIndexed(out, SCHEME_HTTP);
  encoder.named(out, PATH, PATH_NAME, targetPath(), targetPathHash());
  encoder.named(out, AUTHORITY, AUTHORITY_NAME, targetAuthority(), targetAuthorityHash());
  for (let i = 0; i < forms.length; i++) encoder.header(out, forms.nameAt(i), forms.valueAt(i), forms.hashAt(i));
  const digest = forms.digestHex(trace != Trace.Pass);
  encoder.header(out, DIGEST, digest, headerHash(DIGEST, digest));
}

const METHOD_NAME = Slice.fixed(":method");
const POST = Slice.fixed("POST");
const SCHEME_NAME = Slice.fixed(":scheme");
const HTTP = Slice.fixed("http");

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
  else if (trace == Trace.On && isSampled(forms)) pairs.add(FORCE_TRACE, ONE).add(FORWARDED_FOR, THE_PROXY);
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

import { Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { AttributeForms, HeaderLimits, KIND, OPAQUE, writeEscaped } from "../headers";
import { writeLiteral, writeNamed } from "../hpack";
import { beginHeaders, endHeaders } from "../http2";

// Places in HPACK's static table (RFC 7541, appendix A).
const AUTHORITY: u32 = 1;
const METHOD: u32 = 2;
const CONNECT = Slice.fixed("CONNECT");

const forms = new AttributeForms();
const authority = new Writer();

/** Writes the HEADERS that open a session (RFC 9113, section 8.5), with its attributes; null: it has none. */
export function writeOpening(out: Writer, stream: u32, meta: Metadata | null, limits: HeaderLimits): void {
  const start = beginConnect(out, meta == null ? Slice.empty() : meta.service);
  forms.of(meta, limits);
  for (let i = 0; i < forms.length; i++) writeLiteral(out, forms.nameAt(i), forms.valueAt(i));
  if (meta == null) writeLiteral(out, KIND, OPAQUE);
  endHeaders(out, start, stream, false);
}

/** Begins the HEADERS of a CONNECT to this authority; other headers follow, and `endHeaders`. Returns the frame's place. */
export function beginConnect(out: Writer, service: Slice): i32 {
  authority.reset();
  writeEscaped(authority, service);
  const start = beginHeaders(out);
  writeNamed(out, METHOD, CONNECT);
  writeNamed(out, AUTHORITY, authority.view());
  return start;
}

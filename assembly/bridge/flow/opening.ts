import { attributeValue, MAX_VALUE_BYTES } from "../../attributes";
import { Slice, Writer } from "../../bytes";
import { Metadata } from "../../codec";
import { DRAW, writeDecimal, writeEscaped } from "../headers";
import { writeLiteral, writeNamed } from "../hpack";
import { beginHeaders, endHeaders } from "../http2";
import { FlowSettings } from "../settings";

// Places in HPACK's static table (RFC 7541, appendix A).
const AUTHORITY: u32 = 1;
const METHOD: u32 = 2;
const CONNECT = Slice.fixed("CONNECT");

const authority = new Writer();

/** Writes the HEADERS that open a flow (RFC 9113, section 8.5): all that routes may look at, and nothing else. */
export function writeFlowOpening(out: Writer, stream: u32, meta: Metadata, cell: i32, settings: FlowSettings): void {
  authority.reset();
  writeEscaped(authority, meta.service);
  const start = beginHeaders(out);
  writeNamed(out, METHOD, CONNECT);
  writeNamed(out, AUTHORITY, authority.view());
  for (let i = 0; i < settings.attributes.length; i++) {
    const attribute = settings.attributes[i];
    const value = meta.get(attribute.name.view());
    if (value == null || value.length > MAX_VALUE_BYTES) continue;
    const classes = attribute.classes;
    const said = classes == null ? attributeValue(value) : classes.sample(classes.of(value));
    writeLiteral(out, attribute.header.view(), said);
  }
  if (settings.draws.length > 0) writeDecimal(out, DRAW, cell);
  endHeaders(out, start, stream, false);
}

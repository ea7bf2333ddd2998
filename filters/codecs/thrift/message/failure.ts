import { Slice, Writer } from "meltemi/assembly";
import { writeApplicationException } from "../struct";
import { Dialect, MessageType, Transport, writeVarint } from "../wire";
import { COMPACT_ID, Envelope } from "./envelope";
import { colonIn, methodIn } from "./names";

const STRICT: u32 = 0x80010000;
const COMPACT: u32 = 0x82;
const COMPACT_VERSION: u32 = 1;

/** A TApplicationException in answer to a message, in its transport and dialect, with its number. */
export function writeFailure(out: Writer, envelope: Envelope, reason: Slice, type: u32): void {
  const start = out.length;
  if (envelope.transport != Transport.Unframed) out.reserve(4);
  if (envelope.transport == Transport.Header) {
    out.u32(0x0fff0000);
    out.u32(envelope.headerSequence);
    out.u16(1); // one word: protocol, no transforms, two bytes of padding
    out.u8(envelope.compact ? <u32>COMPACT_ID : 0);
    out.u24(0);
  }
  // A server's answer to a multiplexed call has the method's name only.
  writeHead(out, envelope, methodIn(envelope.name, colonIn(envelope.name)));
  writeApplicationException(out, envelope.compact, reason, type);
  if (envelope.transport != Transport.Unframed) out.patchLength(start);
}

function writeHead(out: Writer, envelope: Envelope, name: Slice): void {
  if (envelope.compact) {
    out.u8(COMPACT);
    out.u8((MessageType.EXCEPTION << 5) | COMPACT_VERSION);
    writeVarint(out, envelope.sequence);
    writeVarint(out, name.length);
    out.bytes(name);
    return;
  }
  if (envelope.dialect == Dialect.Strict) out.u32(STRICT | MessageType.EXCEPTION);
  out.bytes32(name);
  if (envelope.dialect == Dialect.Old) out.u8(MessageType.EXCEPTION);
  out.u32(envelope.sequence);
}

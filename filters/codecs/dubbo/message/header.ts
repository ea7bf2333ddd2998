// A frame: da bb, flag u8, status u8, id u64, length of the body u32, body. The flag's bits:
//   80 request, 40 wants an answer, 20 event, 1f the body's serialization
import { Frame, Kind, Peer, Reader, Scan, Slice, Writer } from "meltemi/assembly";

export const HEAD: i32 = 16;
export const OK: i32 = 20;
export const FLAG_AT: i32 = 2;
export const STATUS_AT: i32 = 3;
export const ID_AT: i32 = 4;
export const LENGTH_AT: i32 = 12;

const MAGIC: u16 = 0xdabb;
const REQUEST: u8 = 0x80;
const TWO_WAY: u8 = 0x40;
const EVENT: u8 = 0x20;
const SERIALIZATION: u8 = 0x1f;

export const HESSIAN2: u8 = 2;
export const FASTJSON2: u8 = 23;

/** As much of an event's body as tells which one it is. */
const EVENT_BODY: u32 = 6;
/** What `Frame.keep` may ask for. */
const MAX_KEPT: u32 = 1024;


@inline
export function serializationOf(head: Slice): u8 {
  return head.at(FLAG_AT) & SERIALIZATION;
}


@inline
export function wantsAnswer(head: Slice): bool {
  return (head.at(FLAG_AT) & TWO_WAY) != 0;
}


@inline
export function statusOf(head: Slice): i32 {
  return head.at(STATUS_AT);
}

/** `Codec.scan`. The head is enough, but for events: their bodies of a few bytes say what they are. */
export function scanFrame(input: Reader, frame: Frame): Scan {
  const have = input.remaining;
  if (have < HEAD) return startsRight(input, have) ? Scan.More : Scan.Bad;
  if (input.u16() != MAGIC) return Scan.Bad;
  const flag = input.u8();
  input.skip(1);
  const id = input.u64();
  const body = input.u32();
  const length = <u64>HEAD + <u64>body;
  if ((flag & EVENT) == 0) return frame.is(kindOf(flag), HEAD, length, id);
  const wanted = <i32>min<u32>(body, EVENT_BODY);
  if (!input.has(wanted)) return Scan.More;
  frame.is(eventOf(flag, input.bytes(wanted), body, frame.from), HEAD + wanted, length, id);
  if (length <= MAX_KEPT) frame.keep = <i32>length;
  return Scan.Frame;
}

function startsRight(input: Reader, have: i32): bool {
  if (have == 0) return true;
  return have == 1 ? input.u8() == <u8>(MAGIC >> 8) : input.u16() == MAGIC;
}


@inline
function kindOf(flag: u8): Kind {
  if ((flag & REQUEST) == 0) return Kind.Response;
  return flag & TWO_WAY ? Kind.Request : Kind.OneWay;
}

/**
 * The read-only event is a text, «R», and wants no answer: the server is about to close. Another one-way event (its
 * opposite «W», from 3.2 on) is none of the proxy's, and must not be taken for the answer to a heartbeat: from a server
 * it is nothing, from a client an answer that nobody waits for.
 */
function eventOf(flag: u8, start: Slice, body: u32, from: Peer): Kind {
  if ((flag & REQUEST) == 0) return Kind.Pong;
  const hessian = body == 2 && start.at(0) == 0x01 && start.at(1) == 0x52;
  const fastjson = body == 6 && start.at(3) == 2 && start.at(4) == 0x4a && start.at(5) == 0x52;
  if (hessian || fastjson) return Kind.Drain;
  if (flag & TWO_WAY) return Kind.Ping;
  return from == Peer.Server ? Kind.Opaque : Kind.Pong;
}

export function writePing(out: Writer, id: u64): void {
  writeHead(out, REQUEST | TWO_WAY | EVENT | HESSIAN2, 0, id, 1);
  out.u8(0x4e);
}

/** The answer to a heartbeat is its own body, a null, in whatever serialization it came. */
export function writePong(out: Writer, ping: Frame): void {
  const serialization = serializationOf(ping.bytes);
  const whole = <u64>ping.bytes.length == ping.length;
  const body = whole ? ping.bytes.length - HEAD : 0;
  writeHead(out, EVENT | serialization, OK, ping.id, body);
  if (whole) out.copy(ping.bytes.ptr + <usize>HEAD, body);
}

/** The read-only event, as a server sends it before it goes. */
export function writeReadOnly(out: Writer): void {
  writeHead(out, REQUEST | EVENT | HESSIAN2, 0, 0, 2);
  out.u16(0x0152);
}

/** The head of an answer. */
export function writeAnswer(out: Writer, serialization: u8, status: i32, id: u64): void {
  writeHead(out, serialization, status, id, 0);
}

function writeHead(out: Writer, flag: u32, status: i32, id: u64, body: i32): void {
  out.u16(MAGIC);
  out.u8(flag);
  out.u8(status);
  out.u64(id);
  out.u32(body);
}

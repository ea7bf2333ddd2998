import type { Packet } from "./packet.js";

/** A TCP segment. */
export interface Segment {
  readonly time: bigint | undefined;
  /** `address:port`, of IPv6 `[address]:port`. */
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  /** As much of it as was recorded. */
  readonly payload: Buffer;
  /** Bytes of it that were not recorded. */
  readonly missing: number;
}

/** Why a packet is none that is read. */
export type LeftOut =
  | "not TCP over IP"
  | "a fragment of IP"
  | "of a kind of link that is not read"
  | "cut off in its headers";

// What stands before IP, by LINKTYPE_… (tcpdump.org/linktypes):
//   0, 108  loopback: family u32
//   1       Ethernet: to ×6, from ×6, [0x8100 or 0x88a8 or 0x9100, tag u16]…, type u16
//   113     Linux cooked: 14 bytes, type u16;  276 Linux cooked 2: type u16, 18 bytes
//   101, 12, 14, 228, 229  IP itself
const NULL = [0, 108];
const ETHERNET = 1;
const COOKED = 113;
const COOKED_2 = 276;
const RAW = [12, 14, 101, 228, 229];
const TAGS = [0x8100, 0x88a8, 0x9100];
const IP_TYPES = [0x0800, 0x86dd];

/** The TCP segment in a packet, or why there is none. */
export function readSegment(packet: Packet): Segment | LeftOut {
  try {
    const at = networkAt(packet);
    if (typeof at === "string") return at;
    return readIp(packet, packet.bytes.subarray(at));
  } catch (error) {
    // Of a buffer's reads past its end.
    if (error instanceof RangeError) return "cut off in its headers";
    throw error;
  }
}

function networkAt({ link, bytes }: Packet): number | LeftOut {
  if (NULL.includes(link)) return 4;
  if (RAW.includes(link)) return 0;
  if (link === ETHERNET) {
    let at = 12;
    while (TAGS.includes(bytes.readUInt16BE(at))) at += 4;
    return IP_TYPES.includes(bytes.readUInt16BE(at)) ? at + 2 : "not TCP over IP";
  }
  if (link === COOKED) return IP_TYPES.includes(bytes.readUInt16BE(14)) ? 16 : "not TCP over IP";
  if (link === COOKED_2) return IP_TYPES.includes(bytes.readUInt16BE(0)) ? 20 : "not TCP over IP";
  return "of a kind of link that is not read";
}

// IPv4 = version u4 (4), header's length u4 (in 4 bytes), tos u8, length u16 (of all), id u16, flags u3, offset u13, ttl u8,
//        protocol u8, checksum u16, from ×4, to ×4, option…
// IPv6 = version u4 (6), class u8, flow u20, length u16 (of what follows), next u8, hops u8, from ×16, to ×16, extension…
// extension = next u8, length u8 (in 8 bytes, the first not counted), …; of a fragment: next, 0, offset u13, 0 u2, more u1, id u32
// A length of zero: the segment was cut by the network card later (offload), and goes on to the packet's end.
const TCP = 6;
const EXTENSIONS = [0, 43, 60];
const FRAGMENT = 44;

function readIp(packet: Packet, bytes: Buffer): Segment | LeftOut {
  const version = bytes.readUInt8(0) >> 4;
  if (version === 4) {
    const head = (bytes.readUInt8(0) & 15) * 4;
    const length = bytes.readUInt16BE(2) || bytes.length;
    if ((bytes.readUInt16BE(6) & 0x3fff) !== 0) return "a fragment of IP";
    if (bytes.readUInt8(9) !== TCP || head < 20) return "not TCP over IP";
    const [from, to] = [v4(bytes, 12), v4(bytes, 16)];
    return readTcp(packet, from, to, bytes.subarray(head, Math.max(length, head)), length - head);
  }
  if (version !== 6) return "not TCP over IP";
  const length = bytes.readUInt16BE(4) || bytes.length - 40;
  let next = bytes.readUInt8(6);
  let at = 40;
  while (EXTENSIONS.includes(next)) {
    next = bytes.readUInt8(at);
    at += (bytes.readUInt8(at + 1) + 1) * 8;
  }
  if (next === FRAGMENT) return "a fragment of IP";
  if (next !== TCP) return "not TCP over IP";
  const end = 40 + length;
  return readTcp(packet, v6(bytes, 8), v6(bytes, 24), bytes.subarray(at, Math.max(end, at)), end - at);
}

// TCP = from u16, to u16, sequence u32, acknowledged u32, header's length u4 (in 4 bytes), reserved u4, flags u8, window u16,
//       checksum u16, urgent u16, option…, payload
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

function readTcp(packet: Packet, from: string, to: string, bytes: Buffer, length: number): Segment | LeftOut {
  const [fromPort, toPort] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
  const head = (bytes.readUInt8(12) >> 4) * 4;
  const flags = bytes.readUInt8(13);
  if (head < 20 || length < head) return "cut off in its headers";
  const payload = bytes.subarray(head);
  return {
    ...{ time: packet.time, from: `${from}:${fromPort}`, to: `${to}:${toPort}`, fromPort, toPort },
    sequence: bytes.readUInt32BE(4),
    ...{ syn: (flags & SYN) !== 0, ack: (flags & ACK) !== 0, fin: (flags & FIN) !== 0, rst: (flags & RST) !== 0 },
    payload,
    missing: length - head - payload.length,
  };
}

function v4(bytes: Buffer, at: number): string {
  return [0, 1, 2, 3].map((index) => bytes.readUInt8(at + index)).join(".");
}

/** As RFC 5952 writes it. */
function v6(bytes: Buffer, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(at + index * 2).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname;
}

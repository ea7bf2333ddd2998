// Recorded files of one's own making, as tcpdump would have written them.

/** One TCP segment to be. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly flags?: number;
  readonly payload?: Buffer;
  /** Microseconds since 1970. */
  readonly time?: number;
  /** Only so much of the payload is recorded. */
  readonly recorded?: number;
}

export const SYN = 2;
export const ACK = 16;
export const FIN = 17;

/** How packets are wrapped; `pcapng` and `pcap` by the link's number. */
export const LINKS: Readonly<Record<number, (ip: Buffer) => Buffer>> = {
  0: (ip) => Buffer.concat([Buffer.from("02000000", "hex"), ip]),
  1: (ip) => Buffer.concat([Buffer.alloc(12), Buffer.from("8100000a", "hex"), typeOf(ip), ip]),
  101: (ip) => ip,
  113: (ip) => Buffer.concat([Buffer.alloc(14), typeOf(ip), ip]),
  276: (ip) => Buffer.concat([typeOf(ip), Buffer.alloc(18), ip]),
};

/** A classic file. */
export function pcap(link: number, segments: readonly Sent[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt32LE(link, 20);
  const records = segments.map((segment) => {
    const { whole, recorded } = packetOf(link, segment);
    const record = Buffer.alloc(16);
    const time = segment.time ?? 0;
    for (const [index, value] of [Math.floor(time / 1e6), time % 1e6, recorded.length, whole].entries()) {
      record.writeUInt32LE(value, index * 4);
    }
    return Buffer.concat([record, recorded]);
  });
  return Buffer.concat([head, ...records]);
}

/** A file of blocks, with big-endian numbers; its times are in milliseconds. */
export function pcapng(link: number, segments: readonly Sent[]): Buffer {
  const section = block(0x0a0d0d0a, u32(0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff));
  const options = Buffer.from("00090001030000000000 0000".replaceAll(" ", ""), "hex");
  const face = block(1, Buffer.concat([u32(link << 16, 0), options]));
  const packets = segments.map((segment) => {
    const { whole, recorded } = packetOf(link, segment);
    const ms = Math.floor((segment.time ?? 0) / 1000);
    const head = u32(0, Math.floor(ms / 2 ** 32), ms % 2 ** 32, recorded.length, whole);
    return block(6, Buffer.concat([head, recorded, Buffer.alloc((4 - (recorded.length % 4)) % 4)]));
  });
  return Buffer.concat([section, face, block(4, Buffer.alloc(4)), ...packets]);
}

function block(type: number, body: Buffer): Buffer {
  return Buffer.concat([u32(type, body.length + 12), body, u32(body.length + 12)]);
}

function packetOf(link: number, segment: Sent): { readonly whole: number; readonly recorded: Buffer } {
  const wrap = LINKS[link];
  if (!wrap) throw new Error(`no link ${link}`);
  const bytes = wrap(ipOf(segment));
  const cut = segment.recorded === undefined ? 0 : (segment.payload?.length ?? 0) - segment.recorded;
  return { whole: bytes.length, recorded: bytes.subarray(0, bytes.length - cut) };
}

function ipOf({ from, to, sequence, flags = ACK, payload = Buffer.alloc(0) }: Sent): Buffer {
  const [source, target] = [new URL(`tcp://${from}`), new URL(`tcp://${to}`)];
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(Number(source.port), 0);
  tcp.writeUInt16BE(Number(target.port), 2);
  tcp.writeUInt32BE(sequence % 2 ** 32, 4);
  tcp.writeUInt16BE((5 << 12) | flags, 12);
  const six = from.startsWith("[");
  const ip = Buffer.alloc(six ? 40 : 20);
  const addresses = Buffer.concat([source, target].map(({ hostname }) => address(hostname)));
  if (six) {
    ip.writeUInt8(0x60, 0);
    ip.writeUInt16BE(tcp.length + payload.length, 4);
    ip.writeUInt8(6, 6);
  } else {
    ip.writeUInt8(0x45, 0);
    ip.writeUInt16BE(40 + payload.length, 2);
    ip.writeUInt8(6, 9);
  }
  addresses.copy(ip, ip.length - addresses.length);
  return Buffer.concat([ip, tcp, payload]);
}

/** Of IPv6 only `[::N]`. */
function address(hostname: string): Buffer {
  const six = /^\[::([0-9a-f]+)\]$/.exec(hostname)?.[1];
  return six ? Buffer.from(six.padStart(32, "0"), "hex") : Buffer.from(hostname.split(".").map(Number));
}

function typeOf(ip: Buffer): Buffer {
  return Buffer.from(ip.readUInt8(0) >> 4 === 6 ? "86dd" : "0800", "hex");
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

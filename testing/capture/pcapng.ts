import { MalformedCapture, type Packet } from "./packet.js";

// draft-ietf-opsawg-pcapng
// file      = section…;  section = section header block, block…
// block     = type u32, length u32 (of all, a multiple of 4), body, length u32
// section   = type 0x0a0d0d0a, body: order u32 (0x1a2b3c4d in the section's order of bytes), major u16, minor u16, …
// interface = type 1, body: link u16, reserved u16, snaplen u32, option…; they are numbered from 0 in each section
// enhanced  = type 6, body: interface u32, time u64 (high half first), captured u32, original u32, captured bytes, …
// simple    = type 3, body: original u32, bytes (as many as the snaplen of interface 0 lets be); no time
// obsolete  = type 2, body: interface u16, drops u16, then as enhanced from the time on
// option    = code u16, length u16, value padded to 4; code 0 ends them; 9: resolution u8, 14: offset s64 in seconds
const SECTION = 0x0a0d0d0a;
const ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const OBSOLETE = 2;
const SIMPLE = 3;
const ENHANCED = 6;
const SMALLEST_BLOCK = 12;
const END_OF_OPTIONS = 0;
const RESOLUTION = 9;
const OFFSET = 14;

/** Of one interface: what its packets are, and how their times are to be read. */
interface Interface {
  readonly link: number;
  readonly snaplen: number;
  readonly unitsPerSecond: bigint;
  readonly offset: bigint;
}

/** A block's body, in its section's order of bytes. */
class Body {
  constructor(
    readonly bytes: Buffer,
    private readonly little: boolean,
  ) {}

  u16(at: number): number {
    return this.little ? this.of(at, 2).readUInt16LE() : this.of(at, 2).readUInt16BE();
  }

  u32(at: number): number {
    return this.little ? this.of(at, 4).readUInt32LE() : this.of(at, 4).readUInt32BE();
  }

  s64(at: number): bigint {
    return this.little ? this.of(at, 8).readBigInt64LE() : this.of(at, 8).readBigInt64BE();
  }

  of(at: number, length: number): Buffer {
    if (at + length > this.bytes.length) throw new MalformedCapture("a block is shorter than what it says of itself");
    return this.bytes.subarray(at, at + length);
  }
}

/** Do the bytes begin as a file of this format? */
export function isPcapng(bytes: Buffer): boolean {
  return bytes.length >= 16 && bytes.readUInt32LE(0) === SECTION && orderAt(bytes, 8) !== undefined;
}

/** The packets of a file. @throws MalformedCapture after those before it, where a block is not whole */
export function* readPcapng(bytes: Buffer): Generator<Packet> {
  let little = true;
  let interfaces: Interface[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + SMALLEST_BLOCK > bytes.length) throw new MalformedCapture(`the file is cut off within the block at ${at}`);
    const begins = bytes.readUInt32LE(at) === SECTION;
    if (begins) {
      const order = orderAt(bytes, at + 8);
      if (order === undefined) throw new MalformedCapture(`the section at ${at} has no order of bytes`);
      little = order;
      interfaces = [];
    }
    const head = new Body(bytes.subarray(at, at + 8), little);
    const length = head.u32(4);
    if (length < SMALLEST_BLOCK || length % 4 !== 0) throw new MalformedCapture(`the block at ${at} has no length`);
    if (at + length > bytes.length) throw new MalformedCapture(`the file is cut off within the block at ${at}`);
    const body = new Body(bytes.subarray(at + 8, at + length - 4), little);
    const type = head.u32(0);
    if (type === INTERFACE) interfaces.push(interfaceOf(body));
    const packet = begins ? undefined : packetOf(type, body, interfaces);
    if (packet) yield packet;
    at += length;
  }
}

function packetOf(type: number, body: Body, interfaces: readonly Interface[]): Packet | undefined {
  if (type === SIMPLE) {
    const { link, snaplen } = known(interfaces, 0);
    const length = Math.min(body.u32(0), snaplen === 0 ? Number.POSITIVE_INFINITY : snaplen);
    return { time: undefined, link, bytes: body.of(4, length) };
  }
  if (type !== ENHANCED && type !== OBSOLETE) return undefined;
  const { link, unitsPerSecond, offset } = known(interfaces, type === ENHANCED ? body.u32(0) : body.u16(0));
  const units = (BigInt(body.u32(4)) << 32n) | BigInt(body.u32(8));
  const time = offset * 1_000_000_000n + (units * 1_000_000_000n) / unitsPerSecond;
  return { time, link, bytes: body.of(20, body.u32(12)) };
}

function known(interfaces: readonly Interface[], index: number): Interface {
  const found = interfaces[index];
  if (!found) throw new MalformedCapture(`a packet is of interface ${index}, which the file does not describe`);
  return found;
}

function interfaceOf(body: Body): Interface {
  let unitsPerSecond = 1_000_000n;
  let offset = 0n;
  for (let at = 8; at + 4 <= body.bytes.length; ) {
    const code = body.u16(at);
    const length = body.u16(at + 2);
    if (code === END_OF_OPTIONS) break;
    if (code === RESOLUTION && length === 1) unitsPerSecond = unitsOf(body.of(at + 4, 1).readUInt8());
    if (code === OFFSET && length === 8) offset = body.s64(at + 4);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { link: body.u16(0), snaplen: body.u32(4), unitsPerSecond, offset };
}

/** A power of ten, or with the highest bit of two. */
function unitsOf(resolution: number): bigint {
  return (resolution & 0x80) === 0 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & 0x7f);
}

function orderAt(bytes: Buffer, at: number): boolean | undefined {
  if (bytes.readUInt32LE(at) === ORDER) return true;
  return bytes.readUInt32BE(at) === ORDER ? false : undefined;
}

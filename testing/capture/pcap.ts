import { MalformedCapture, type Packet } from "./packet.js";

// draft-ietf-opsawg-pcap
// file   = magic u32, major u16, minor u16, reserved u32 ×2, snaplen u32, link u32 (its low 16 bits), record…
// magic  = 0xa1b2c3d4: time in microseconds, 0xa1b23c4d: in nanoseconds; its order of bytes is that of all numbers
// record = seconds u32, fraction u32, captured u32, original u32, captured bytes
const HEAD = 24;
const RECORD = 16;
const NANOSECONDS_PER_UNIT = new Map([
  [0xa1b2c3d4, 1000n],
  [0xa1b23c4d, 1n],
]);

/** Do the bytes begin as a file of this format? */
export function isPcap(bytes: Buffer): boolean {
  return bytes.length >= HEAD && orderOf(bytes) !== undefined;
}

/** The packets of a file. @throws MalformedCapture after those before it, where a record is cut off */
export function* readPcap(bytes: Buffer): Generator<Packet> {
  const order = orderOf(bytes);
  if (order === undefined) throw new MalformedCapture("not a pcap file");
  const u32 = (at: number) => (order.little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const link = u32(20) & 0xffff;
  for (let at = HEAD; at < bytes.length; ) {
    const start = at + RECORD;
    const end = start <= bytes.length ? start + u32(at + 8) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new MalformedCapture(`the file is cut off within the record at ${at}`);
    const time = BigInt(u32(at)) * 1_000_000_000n + BigInt(u32(at + 4)) * order.unit;
    yield { time, link, bytes: bytes.subarray(start, end) };
    at = end;
  }
}

function orderOf(bytes: Buffer): { readonly little: boolean; readonly unit: bigint } | undefined {
  for (const little of [true, false]) {
    const unit = NANOSECONDS_PER_UNIT.get(little ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0));
    if (unit !== undefined) return { little, unit };
  }
  return undefined;
}

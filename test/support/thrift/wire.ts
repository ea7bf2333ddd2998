import type { Attributes } from "../protocol.js";
import type { Framing } from "../receive.js";

// frame   = length u32, 0f ff, flags u16, sequence u32, words u16, headers, message
// headers = 0 (binary), 0 (no transforms), 1, count, (key, value)*, zeros        texts and counts by varints
// message = 80 01 00 type, name str32, sequence u32, struct
// struct  = a field with bytes: of a call 1 the argument; of a reply 0 the result or 1 a struct {1: message}; or none
// The service's method takes bytes and gives bytes: `binary echo(1: binary payload) throws (1: Refused refused)`.

export const TYPES = { call: 1, reply: 2, exception: 3, oneWay: 4 } as const;
const SERVICE = "test.Echo";
const STRING = 11;
const STRUCT = 12;
const I32 = 8;

export interface Frame {
  readonly raw: Buffer;
  readonly type: number;
  readonly sequence: number;
  /** Without the service. */
  readonly method: string;
  readonly attributes: Attributes;
  readonly payload: Buffer;
  /** Which field of a reply it is; of an exception its type. */
  readonly code: number;
}

export interface Parts {
  readonly type: number;
  readonly sequence: number;
  readonly method: string;
  readonly attributes: Attributes;
  readonly payload: Buffer;
  readonly code?: number;
}

export function encode({ type, sequence, method, attributes, payload, code = 0 }: Parts): Buffer {
  const asked = type === TYPES.call || type === TYPES.oneWay;
  const value = Buffer.concat([u32(payload.length), payload]);
  const business = type === TYPES.reply && code > 0;
  const field = business
    ? [field16(STRUCT, code), field16(STRING, 1), value, Buffer.of(0)]
    : [field16(STRING, asked ? 1 : code), value];
  const body = Buffer.concat([
    u32(0x80010000 + type),
    text32(asked ? `${SERVICE}:${method}` : method),
    u32(sequence),
    ...field,
    Buffer.of(0),
  ]);
  const pairs = attributes.length > 0 ? [Buffer.of(1), varint(attributes.length), ...attributes.flat().map(text)] : [];
  const headers = Buffer.concat([Buffer.of(0, 0), ...pairs]);
  const padded = Buffer.concat([headers, Buffer.alloc(-headers.length & 3)]);
  const head = Buffer.alloc(14);
  head.writeUInt32BE(10 + padded.length + body.length);
  head.writeUInt16BE(0x0fff, 4);
  head.writeUInt32BE(sequence, 8);
  head.writeUInt16BE(padded.length / 4, 12);
  return Buffer.concat([head, padded, body]);
}

/** The whole frames at the start of these bytes. Throws where there are bytes of no frame. */
/** length(4) message */
export const framing: Framing<Frame> = { headBytes: 4, frameBytes: (head) => 4 + head.readUInt32BE(0), decodeAll };

export function decodeAll(bytes: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= 4 && bytes.length - at >= 4 + bytes.readUInt32BE(at)) {
    const end = at + 4 + bytes.readUInt32BE(at);
    frames.push(decode(bytes.subarray(at, end)));
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

/** The frame with both of its numbers zeroed. */
export function withoutSequence(raw: Buffer): Buffer {
  const copy = Buffer.from(raw);
  copy.writeUInt32BE(0, 8);
  const nameAt = 14 + 4 * raw.readUInt16BE(12) + 4;
  copy.writeUInt32BE(0, nameAt + 4 + raw.readUInt32BE(nameAt));
  return copy;
}

function decode(raw: Buffer): Frame {
  if (raw.readUInt16BE(4) !== 0x0fff) throw new Error("no THeader");
  const cursor = new Cursor(raw, 16);
  const attributes: [string, string][] = [];
  const end = 14 + 4 * raw.readUInt16BE(12);
  if (cursor.at < end && cursor.varint() === 1) {
    for (let count = cursor.varint(); count > 0; count--) attributes.push([cursor.text(), cursor.text()]);
  }
  cursor.at = end;
  const type = cursor.u32() & 0xff;
  const name = cursor.bytes(cursor.u32()).toString();
  const sequence = cursor.u32();
  const kind = cursor.u8();
  let code = kind === 0 ? 0 : cursor.u16();
  if (kind === STRUCT) cursor.at += 3;
  const payload = kind === 0 ? Buffer.alloc(0) : cursor.bytes(cursor.u32());
  if (type === TYPES.exception && cursor.u8() === I32) {
    cursor.at += 2;
    code = cursor.u32();
  }
  const method = name.slice(name.indexOf(":") + 1);
  return { raw, type, sequence, method, attributes, payload, code };
}

class Cursor {
  constructor(
    private readonly raw: Buffer,
    public at: number,
  ) {}

  u8(): number {
    return this.raw.readUInt8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.raw.readUInt16BE(this.at - 2);
  }

  u32(): number {
    this.at += 4;
    return this.raw.readUInt32BE(this.at - 4);
  }

  bytes(length: number): Buffer {
    this.at += length;
    if (this.at > this.raw.length) throw new Error("cut short");
    return this.raw.subarray(this.at - length, this.at);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    return this.bytes(this.varint()).toString();
  }
}

function field16(type: number, id: number): Buffer {
  return Buffer.of(type, id >> 8, id & 0xff);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function text32(value: string): Buffer {
  return Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
}

function text(value: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.of(...bytes, rest);
}

import hessian from "hessian.js";
import type { Attributes } from "../protocol.js";
import type { Framing } from "../receive.js";

// frame    = da bb, flag u8, status u8, id u64, length u32, body       all numbers big-endian
// flag     = 80 request | 40 wants an answer | 20 event | serialization (2: Hessian 2)
// request  = "2.0.2", service, version, method, descriptor, arguments, attachments
// response = 0x91 (4: with attachments) value | 0x92 (5) nothing | 0x90 (3) exception; a status but 20: one string
// The service's method takes bytes and gives bytes: `byte[] echo(byte[])`.

export const HEAD_BYTES = 16;
const SERVICE = "test.Echo";
const REQUEST = 0x80;
const TWO_WAY = 0x40;
const EVENT = 0x20;
const HESSIAN = 2;
export const OK = 20;
const BAD_REQUEST = 40;
const SERVER_ERROR = 80;

export type Frame = { readonly id: bigint; readonly raw: Buffer } & (
  | { readonly kind: "ping" | "pong" | "read-only" }
  /** A head of Dubbo's before a body that cannot be read. */
  | { readonly kind: "unreadable"; readonly oneWay: boolean; readonly why: string }
  | {
      readonly kind: "request" | "one-way";
      readonly method: string;
      readonly attributes: Attributes;
      readonly payload: Buffer;
    }
  | {
      readonly kind: "response";
      readonly status: number;
      readonly exception: boolean;
      readonly attributes: Attributes;
      readonly payload: Buffer;
    }
);

export interface RequestParts {
  readonly method: string;
  readonly attributes: Attributes;
  readonly payload: Buffer;
}

export function encodeRequest(id: bigint, oneWay: boolean, { method, attributes, payload }: RequestParts): Buffer {
  const body = new hessian.EncoderV2();
  for (const text of ["2.0.2", SERVICE, "0.0.0", method, "[B"]) body.writeString(text);
  body.write(payload);
  writeAttachments(body, attributes);
  return frame(REQUEST | (oneWay ? 0 : TWO_WAY) | HESSIAN, 0, id, body.get());
}

export function encodeValue(id: bigint, payload: Buffer, attributes: Attributes): Buffer {
  const body = new hessian.EncoderV2().write(4).write(payload);
  writeAttachments(body, attributes);
  return frame(HESSIAN, OK, id, body.get());
}

export function encodeException(id: bigint, message: string, attributes: Attributes): Buffer {
  const exception = { $class: "java.lang.IllegalStateException", $: { detailMessage: message } };
  const body = new hessian.EncoderV2().write(3).write(exception);
  writeAttachments(body, attributes);
  return frame(HESSIAN, OK, id, body.get());
}

/** What a provider answers to a request that it cannot read, as Dubbo does; the connection stays. */
export function encodeBadRequest(id: bigint, why: string): Buffer {
  return frame(HESSIAN, BAD_REQUEST, id, new hessian.EncoderV2().writeString(why).get());
}

export function encodeUnavailable(id: bigint): Buffer {
  return frame(HESSIAN, SERVER_ERROR, id, new hessian.EncoderV2().writeString("not now").get());
}

export function encodePing(id: bigint): Buffer {
  return frame(REQUEST | TWO_WAY | EVENT | HESSIAN, 0, id, Buffer.from("N"));
}

export function encodePong(id: bigint): Buffer {
  return frame(EVENT | HESSIAN, OK, id, Buffer.from("N"));
}

export function encodeReadOnly(): Buffer {
  return frame(REQUEST | EVENT | HESSIAN, 0, 0n, Buffer.from("\u0001R"));
}

/** The whole frames at the start of these bytes. Throws where there are bytes of no frame. */
/** magic(2) flag(1) status(1) id(8) length(4) body */
export const framing: Framing<Frame> = {
  headBytes: HEAD_BYTES,
  frameBytes: (head) => HEAD_BYTES + head.readUInt32BE(12),
  decodeAll,
};

export function decodeAll(bytes: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= HEAD_BYTES) {
    if (bytes.readUInt16BE(at) !== 0xdabb) throw new Error("no Dubbo frame");
    const length = HEAD_BYTES + bytes.readUInt32BE(at + 12);
    if (bytes.length - at < length) break;
    frames.push(readable(bytes.subarray(at, at + length)));
    at += length;
  }
  return { frames, rest: bytes.subarray(at) };
}

function readable(raw: Buffer): Frame {
  try {
    return decode(raw);
  } catch (error) {
    const oneWay = (raw.readUInt8(2) & (REQUEST | TWO_WAY)) !== (REQUEST | TWO_WAY);
    return { kind: "unreadable", id: raw.readBigUInt64BE(4), raw, oneWay, why: `${error}` };
  }
}

function decode(raw: Buffer): Frame {
  const flag = raw.readUInt8(2);
  const status = raw.readUInt8(3);
  const id = raw.readBigUInt64BE(4);
  const body = new hessian.DecoderV2(raw.subarray(HEAD_BYTES));
  if (flag & EVENT) {
    if (!(flag & REQUEST)) return { kind: "pong", id, raw };
    return { kind: raw.subarray(HEAD_BYTES).toString() === "\u0001R" ? "read-only" : "ping", id, raw };
  }
  if (flag & REQUEST) {
    const [, , , method] = [body.read(), body.read(), body.read(), body.read(), body.read()];
    const payload = body.read();
    const attributes = readAttachments(body);
    return {
      kind: flag & TWO_WAY ? "request" : "one-way",
      id,
      raw,
      method: `${method}`,
      payload: bytesOf(payload),
      attributes,
    };
  }
  if (status !== OK) {
    return { kind: "response", id, raw, status, exception: false, attributes: [], payload: bytesOf(body.read()) };
  }
  const type = Number(body.read());
  const payload = type === 2 || type === 5 ? Buffer.alloc(0) : bytesOf(body.read());
  const attributes = type > 2 ? readAttachments(body) : [];
  return { kind: "response", id, raw, status, exception: type === 0 || type === 3, attributes, payload };
}

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  // An exception comes as an Error whose message the decoder has put the class before.
  const text = value instanceof Error ? value.message.replace(/^[\w.$]+: /, "") : `${value}`;
  return Buffer.from(text);
}

// Not as an object: of attachments that repeat, and of their order, the suite wants to see everything.
function writeAttachments(body: InstanceType<typeof hessian.EncoderV2>, attributes: Attributes): void {
  body.byteBuffer.put(0x48);
  for (const [name, value] of attributes) body.writeString(name).writeString(value);
  body.byteBuffer.put(0x5a);
}

function readAttachments(body: InstanceType<typeof hessian.DecoderV2>): Attributes {
  const { byteBuffer } = body;
  const attributes: [string, string][] = [];
  if (byteBuffer.get() !== 0x48) throw new Error("attachments are an untyped map");
  for (;;) {
    const at = byteBuffer.position();
    if (byteBuffer.get() === 0x5a) return attributes;
    byteBuffer.position(at);
    attributes.push([`${body.read()}`, `${body.read()}`]);
  }
}

function frame(flag: number, status: number, id: bigint, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(0xdabb, 0);
  head.writeUInt8(flag, 2);
  head.writeUInt8(status, 3);
  head.writeBigUInt64BE(id, 4);
  head.writeUInt32BE(body.length, 12);
  return Buffer.concat([head, body]);
}

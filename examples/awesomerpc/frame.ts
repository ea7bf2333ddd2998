/**
 * AwesomeRPC 1 on the wire. All numbers are big-endian.
 *
 *   frame    = length u32 (bytes after this field), magic u8 = 0xA7, kind u8, id u64, body
 *   body     = request, one-way:   service str8, method str8, headers, payload (the rest of the frame)
 *              response:           status u16, headers, payload
 *              ping, pong, goaway: nothing
 *   headers  = count u16, then for each: name str16, value str16
 *   str8     = length u8, UTF-8 bytes        str16 = length u16, UTF-8 bytes
 */

/** First byte after the length of every frame. */
export const MAGIC = 0xa7;
/** Bytes before a frame's body: length, magic, kind, id. */
export const HEAD_BYTES = 14;

export const Kind = { request: 0, oneWay: 1, response: 2, ping: 3, pong: 4, goaway: 5 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Status = {
  ok: 0,
  applicationError: 1,
  badRequest: 2,
  notFound: 3,
  unavailable: 4,
  deadlineExceeded: 5,
  denied: 6,
  limited: 7,
  tooLarge: 8,
  internal: 9,
} as const;

/** Headers in their order on the wire; a name may occur several times. */
export type Headers = readonly (readonly [name: string, value: string])[];

export interface Request {
  readonly kind: typeof Kind.request | typeof Kind.oneWay;
  readonly id: bigint;
  readonly service: string;
  readonly method: string;
  readonly headers: Headers;
  readonly payload: Buffer;
}

export interface Response {
  readonly kind: typeof Kind.response;
  readonly id: bigint;
  /** One of `Status`, or a number that this version does not know. */
  readonly status: number;
  readonly headers: Headers;
  readonly payload: Buffer;
}

export interface Control {
  readonly kind: typeof Kind.ping | typeof Kind.pong | typeof Kind.goaway;
  readonly id: bigint;
}

export type Frame = Request | Response | Control;

/** A value of this header, compared without case; undefined where there is none. */
export function header(headers: Headers, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** A payload as bytes; a string's are UTF-8. */
export function bytes(payload: Buffer | string): Buffer {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

/** The frame as bytes, its length in front. Throws RangeError where a string or a count does not fit its field. */
export function encode(frame: Frame): Buffer {
  const body = bodyOf(frame);
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  const bodyLength = body.reduce((sum, part) => sum + part.length, 0);
  head.writeUInt32BE(HEAD_BYTES - 4 + bodyLength, 0);
  head.writeUInt8(MAGIC, 4);
  head.writeUInt8(frame.kind, 5);
  head.writeBigUInt64BE(frame.id, 6);
  return Buffer.concat([head, ...body], HEAD_BYTES + bodyLength);
}

function bodyOf(frame: Frame): Buffer[] {
  switch (frame.kind) {
    case Kind.request:
    case Kind.oneWay:
      return [text(frame.service, 1), text(frame.method, 1), ...headerParts(frame.headers), frame.payload];
    case Kind.response:
      return [number(frame.status, 2), ...headerParts(frame.headers), frame.payload];
    default:
      return [];
  }
}

function headerParts(headers: Headers): Buffer[] {
  return [number(headers.length, 2), ...headers.flatMap(([name, value]) => [text(name, 2), text(value, 2)])];
}

function text(value: string, lengthBytes: number): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([number(bytes.length, lengthBytes), bytes]);
}

function number(value: number, bytes: number): Buffer {
  const field = Buffer.allocUnsafe(bytes);
  field.writeUIntBE(value, 0, bytes);
  return field;
}

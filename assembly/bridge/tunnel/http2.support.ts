/** As much of HTTP/2's wire as a test needs to be the proxy behind a session. */
export const Type = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, windowUpdate: 8 } as const;

export interface Http2Frame {
  readonly type: number;
  readonly stream: number;
  readonly endStream: boolean;
  readonly body: Buffer;
}

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

export function parse(bytes: Buffer): Http2Frame[] {
  const frames: Http2Frame[] = [];
  let at = bytes.subarray(0, PREFACE.length).toString("latin1") === PREFACE ? PREFACE.length : 0;
  while (at + 9 <= bytes.length) {
    const length = bytes.readUIntBE(at, 3);
    const type = bytes.readUInt8(at + 3);
    const endStream = type <= Type.headers && (bytes.readUInt8(at + 4) & 1) === 1;
    frames.push({ type, stream: bytes.readUInt32BE(at + 5), endStream, body: bytes.subarray(at + 9, at + 9 + length) });
    at += 9 + length;
  }
  return frames;
}

/** `:status` as a literal that is not indexed (RFC 7541, section 6.2.2), by its name's place in the static table. */
export function headers(
  status: string,
  endStream = false,
  stream = 1,
  more: readonly (readonly [string, string])[] = [],
): Buffer {
  const others = more.flatMap(([name, value]) => [Buffer.from([0]), sized(name), sized(value)]);
  const block = Buffer.concat([Buffer.from([8]), sized(status), ...others]);
  return frame(Type.headers, endStream ? 5 : 4, stream, block);
}

function sized(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

export function data(bytes: Buffer, endStream = false, stream = 1): Buffer {
  return frame(Type.data, endStream ? 1 : 0, stream, bytes);
}

export function reset(code: number, stream = 1): Buffer {
  return frame(Type.reset, 0, stream, u32(code));
}

export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(Type.windowUpdate, 0, stream, u32(increment));
}

function frame(type: number, flags: number, stream: number, body: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

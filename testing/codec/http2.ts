/*
 * As much of HTTP/2's wire (RFC 9113, section 4.1) as is needed to be the proxy around a codec:
 *   frame = length:u24 type:u8 flags:u8 stream:u32 payload
 */

/** Frame types of HTTP/2 (RFC 9113, section 6). */
export const Type = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, windowUpdate: 8 } as const;

/** A frame of HTTP/2 (RFC 9113, section 4.1), taken apart. */
export interface Http2Frame {
  readonly type: number;
  readonly stream: number;
  readonly endStream: boolean;
  readonly acknowledges: boolean;
  readonly body: Buffer;
}

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const HEAD = 9;

/** Frames out of bytes that come in pieces. */
export class Http2Reader {
  #rest: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): Http2Frame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    const frames: Http2Frame[] = [];
    let at = this.#rest.subarray(0, PREFACE.length).equals(PREFACE) ? PREFACE.length : 0;
    while (at + HEAD <= this.#rest.length) {
      const length = this.#rest.readUIntBE(at, 3);
      const end = at + HEAD + length;
      if (end > this.#rest.length) break;
      const type = this.#rest.readUInt8(at + 3);
      const flag = (this.#rest.readUInt8(at + 4) & 1) === 1;
      const isMessage = type <= Type.headers;
      frames.push({
        type,
        stream: this.#rest.readUInt32BE(at + 5),
        endStream: isMessage && flag,
        acknowledges: !isMessage && flag,
        body: this.#rest.subarray(at + HEAD, end),
      });
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
    return frames;
  }
}

/** All frames of bytes that are whole. */
export function parse(bytes: Uint8Array): Http2Frame[] {
  return new Http2Reader().push(bytes);
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

/** A DATA frame. */
export function data(bytes: Buffer, endStream = false, stream = 1): Buffer {
  return frame(Type.data, endStream ? 1 : 0, stream, bytes);
}

/** An RST_STREAM frame with this error code. */
export function reset(code: number, stream = 1): Buffer {
  return frame(Type.reset, 0, stream, u32(code));
}

/** A WINDOW_UPDATE frame; stream 0 is the connection. */
export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(Type.windowUpdate, 0, stream, u32(increment));
}

/** The answer to a PING. */
export function pingAck(payload: Uint8Array): Buffer {
  return frame(Type.ping, 1, 0, payload);
}

function frame(type: number, flags: number, stream: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
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

import { type Frame, HEAD_BYTES, type Headers, Kind, MAGIC } from "./frame.js";

/** The bytes are no AwesomeRPC frame; nothing after them on the connection can be trusted. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** A frame with the bytes that it arrived in. */
export interface Received {
  readonly frame: Frame;
  readonly raw: Buffer;
}

/** Reads one whole frame, its length field included. Throws ProtocolError where it is none. */
export function parse(raw: Buffer): Frame {
  const cursor = new Cursor(raw);
  if (cursor.number(4) !== raw.length - 4) throw new ProtocolError("the length field does not fit the frame");
  if (cursor.number(1) !== MAGIC) throw new ProtocolError("the frame does not begin with the magic byte 0xA7");
  const kind = cursor.number(1);
  const id = cursor.id();
  switch (kind) {
    case Kind.request:
    case Kind.oneWay: {
      const service = cursor.text(1);
      const method = cursor.text(1);
      return { kind, id, service, method, headers: cursor.headers(), payload: cursor.rest() };
    }
    case Kind.response: {
      const status = cursor.number(2);
      return { kind, id, status, headers: cursor.headers(), payload: cursor.rest() };
    }
    case Kind.ping:
    case Kind.pong:
    case Kind.goaway:
      if (cursor.rest().length > 0) throw new ProtocolError(`a frame of kind ${kind} has no body`);
      return { kind, id };
    default:
      throw new ProtocolError(`unknown kind of frame ${kind}`);
  }
}

/** Cuts a connection's bytes into frames, however they arrive. */
export class Decoder {
  private readonly maxFrameBytes: number;
  private chunks: Buffer[] = [];
  private size = 0;
  private wanted = 4;

  constructor(maxFrameBytes = 64 * 1024 * 1024) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Takes the next bytes and answers the frames that they complete. Throws ProtocolError. */
  *push(chunk: Buffer): Generator<Received> {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.size >= this.wanted) {
      const bytes = this.chunks.length === 1 ? (this.chunks[0] ?? chunk) : Buffer.concat(this.chunks, this.size);
      const length = 4 + bytes.readUInt32BE(0);
      if (length < HEAD_BYTES) throw new ProtocolError(`a frame of ${length} bytes is shorter than its head`);
      if (length > this.maxFrameBytes) throw new ProtocolError(`a frame of ${length} bytes is over the limit`);
      const whole = bytes.length >= length;
      this.keep(whole ? bytes.subarray(length) : bytes);
      // Joining pieces only once a whole frame is there keeps a large frame in small pieces from costing its square.
      this.wanted = whole ? 4 : length;
      if (!whole) return;
      const raw = bytes.subarray(0, length);
      yield { frame: parse(raw), raw };
    }
  }

  private keep(bytes: Buffer): void {
    this.chunks = bytes.length > 0 ? [bytes] : [];
    this.size = bytes.length;
  }
}

class Cursor {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  number(size: number): number {
    return this.take(size).readUIntBE(0, size);
  }

  id(): bigint {
    return this.take(8).readBigUInt64BE(0);
  }

  text(lengthBytes: number): string {
    return this.take(this.number(lengthBytes)).toString("utf8");
  }

  headers(): Headers {
    return Array.from({ length: this.number(2) }, () => [this.text(2), this.text(2)] as const);
  }

  rest(): Buffer {
    return this.take(this.bytes.length - this.at);
  }

  private take(size: number): Buffer {
    if (this.at + size > this.bytes.length) throw new ProtocolError("a field reaches past the end of the frame");
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }
}

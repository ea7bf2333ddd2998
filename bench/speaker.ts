import { bodyLength, dubboRequest, HEADER_LENGTH, ID_OFFSET } from "./dubbo-frames.js";
import { http2Opening, http2Request, http2StreamOffset } from "./http2-frames.js";

/** What a load client says, and how it counts the answers; one for each connection. */
export interface Speaker {
  opening(): Buffer;
  /** The next request. */
  request(): Buffer;
  /** Takes what came; the number of answers that are now whole. Throws where an answer is an error. */
  answers(chunk: Buffer): number;
}

export function speaker(protocol: "dubbo" | "http2", bytes: number): Speaker {
  return protocol === "dubbo" ? new DubboSpeaker(bytes) : new Http2Speaker(bytes);
}

class DubboSpeaker implements Speaker {
  private readonly template: Buffer;
  private id = 0n;
  private rest: Buffer = Buffer.alloc(0);

  constructor(bytes: number) {
    this.template = dubboRequest(bytes);
  }

  opening(): Buffer {
    return Buffer.alloc(0);
  }

  request(): Buffer {
    const request = Buffer.from(this.template);
    request.writeBigUInt64BE(++this.id, ID_OFFSET);
    return request;
  }

  answers(chunk: Buffer): number {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    let count = 0;
    while (bytes.length - at >= HEADER_LENGTH) {
      const end = at + HEADER_LENGTH + bodyLength(bytes, at);
      if (end > bytes.length) break;
      if (bytes[at + 3] !== 20)
        throw new Error(`Dubbo status ${bytes[at + 3]}: ${bytes.toString("latin1", at + HEADER_LENGTH, end)}`);
      at = end;
      count++;
    }
    this.rest = bytes.subarray(at);
    return count;
  }
}

/** HTTP/2 spoken in prepared frames, so that the client costs as little as for the other protocols. */
class Http2Speaker implements Speaker {
  private readonly template: Buffer;
  private stream = -1;
  private rest: Buffer = Buffer.alloc(0);

  constructor(bytes: number) {
    this.template = http2Request(bytes);
  }

  opening(): Buffer {
    return http2Opening();
  }

  request(): Buffer {
    this.stream += 2;
    const request = Buffer.from(this.template);
    for (const offset of http2StreamOffset(request)) request.writeUInt32BE(this.stream, offset);
    return request;
  }

  answers(chunk: Buffer): number {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    let count = 0;
    while (bytes.length - at >= 9) {
      const end = at + 9 + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const [type, flags] = [bytes[at + 3], bytes[at + 4] ?? 0];
      if (type === 3 || type === 7) throw new Error(`HTTP/2 ${type === 3 ? "RST_STREAM" : "GOAWAY"}`);
      if (type === 1 && bytes[at + 9] !== 0x88 && bytes[at + 10] !== 0x88)
        throw new Error("an HTTP status other than 200");
      if ((type === 0 || type === 1) && (flags & 1) !== 0) count++;
      at = end;
    }
    this.rest = bytes.subarray(at);
    return count;
  }
}

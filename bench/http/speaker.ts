import { Frames } from "../framed.js";
import type { Speak } from "../speaker.js";
import { http2Opening, http2Request, http2StreamOffset } from "./frames.js";

const [DATA, HEADERS, RST_STREAM, GOAWAY] = [0, 1, 3, 7];
const END_STREAM = 1;
/** `:status: 200` of HPACK's static table; a table-size update may stand before it. */
const STATUS_200 = 0x88;

/** HTTP/2 spoken in prepared frames, so that the client costs as little as for the other protocols. */
export const speak: Speak = (bytes) => {
  const template = http2Request(bytes);
  const frames = new Frames(9, (all, at) => 9 + all.readUIntBE(at, 3));
  let stream = -1;
  return {
    opening: http2Opening,
    request: () => {
      stream += 2;
      const request = Buffer.from(template);
      for (const offset of http2StreamOffset(request)) request.writeUInt32BE(stream, offset);
      return request;
    },
    answers: (chunk) => frames.take(chunk).filter(endsStream).length,
  };
};

function endsStream(frame: Buffer): boolean {
  const [type, flags] = [frame[3], frame[4] ?? 0];
  if (type === RST_STREAM || type === GOAWAY) throw new Error(`HTTP/2 ${type === GOAWAY ? "GOAWAY" : "RST_STREAM"}`);
  if (type === HEADERS && frame[9] !== STATUS_200 && frame[10] !== STATUS_200)
    throw new Error("an HTTP status other than 200");
  return (type === DATA || type === HEADERS) && (flags & END_STREAM) !== 0;
}

import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { CodecSuite } from "../../assembly/testing/describe-codec.support.js";
import { readFrames, type SampleFrame } from "../../testing/codec/index.js";
import { encode, Kind } from "./frame.js";

const texts = fc.string({ maxLength: 20 });
const made = fc
  .record({
    kind: fc.constantFrom(Kind.request, Kind.oneWay),
    id: fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
    service: texts,
    method: texts,
    headers: fc.array(fc.tuple(texts, texts), { maxLength: 6 }),
    payload: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  })
  .map((frame): SampleFrame => ({ name: "made up", from: "Client", bytes: encode(frame) }));

/** The codec, whole frames of every kind, and made-up ones. */
export const suite: CodecSuite = {
  source: { folder: "examples/awesomerpc/codec", module: "awesomerpc", name: "AwesomeRpc" },
  samples: () => readFrames(fileURLToPath(new URL("codec/samples", import.meta.url))),
  frames: made,
  bombs: [Buffer.from("ffffffffa7000000000000000001", "hex")],
};

import fc from "fast-check";
import type { CodecSuite, SampleFrame } from "../../assembly/testing/describe-codec.support.js";
import { encode, type Frame, type Headers, Kind } from "./frame.js";

const headers: Headers = [
  ["User", "Jason"],
  ["x-b", ""],
  ["Größe", "ä b"],
];
const payload = Buffer.from("payload");

function sample(name: string, from: SampleFrame["from"], frame: Frame): SampleFrame {
  return { name, from, bytes: encode(frame) };
}

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
  .map((frame) => sample("made up", "Client", frame));

/** The codec, whole frames of every kind, and made-up ones. */
export const suite: CodecSuite = {
  source: { folder: "examples/awesomerpc/codec", module: "awesomerpc", name: "AwesomeRpc" },
  samples: () => [
    sample("request", "Client", { kind: Kind.request, id: 7n, service: "a.B", method: "c", headers, payload }),
    sample("one-way", "Client", { kind: Kind.oneWay, id: 8n, service: "", method: "", headers: [], payload }),
    sample("response", "Server", { kind: Kind.response, id: 9n, status: 0, headers, payload }),
    sample("error", "Server", { kind: Kind.response, id: 10n, status: 4, headers: [], payload }),
    sample("ping", "Client", { kind: Kind.ping, id: 11n }),
    sample("pong", "Server", { kind: Kind.pong, id: 11n }),
    sample("goaway", "Server", { kind: Kind.goaway, id: 0n }),
  ],
  frames: made,
  bombs: [Buffer.from("ffffffffa7000000000000000001", "hex")],
};

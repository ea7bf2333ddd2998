import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { describeCodec, type SampleFrame } from "../../assembly/testing/describe-codec.support.js";
import { Probe } from "../../assembly/testing/probe.support.js";
import { encode, type Frame, type Headers, Kind } from "./frame.js";

const source = { folder: "examples/awesomerpc/codec", module: "awesomerpc", name: "AwesomeRpc" };

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

describeCodec("the AwesomeRPC codec", {
  source,
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
});

describe("changes of an AwesomeRPC frame", () => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await Probe.of(source);
  });

  const frame = encode({
    kind: Kind.request,
    id: 7n,
    service: "a.B",
    method: "c",
    headers: [["Method", "a header"]],
    payload,
  });

  it("are refused whole where one does not fit its field, or takes what every request has", () => {
    for (const change of [
      { change: "service", value: "x".repeat(256) },
      { append: "x", value: "x".repeat(65_536) },
      { remove: "method" },
    ]) {
      expect(probe.encode(frame, "Client", [{ append: "y", value: "z" }, change]), JSON.stringify(change)).toBeNull();
    }
    expect(probe.encode(frame, "Client", [{ change: "service", value: "x".repeat(255) }])).not.toBeNull();
  });

  it("leave a header alone that only has the name of the protocol's own attribute", () => {
    const encoded = probe.encode(frame, "Client", [{ change: "Method", value: "d" }]) ?? frame;
    expect(encoded.equals(frame)).toBe(true);
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { describeCodec } from "../../assembly/testing/describe-codec.support.js";
import { Probe } from "../../assembly/testing/probe.support.js";
import { suite } from "./codec.support.js";
import { encode, Kind } from "./frame.js";

const payload = Buffer.from("payload");

describeCodec("the AwesomeRPC codec", suite);

describe("changes of an AwesomeRPC frame", () => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await Probe.of(suite.source);
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

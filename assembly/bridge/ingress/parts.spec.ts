import { beforeAll, describe, expect, it } from "vitest";
import { configured, LinedLoop, linedModule } from "../lined.support.js";

let module: WebAssembly.Module;

beforeAll(async () => {
  module = await linedModule();
});

function loop(more: object = {}): LinedLoop {
  return new LinedLoop(
    configured(module, { role: "ingress", scope: "lined:1", sharded: true, ...more }),
    configured(module, { role: "egress", scope: "*" }),
  );
}

describe("a request for several keys of a sharded service", () => {
  it("is passed on in parts, whose answers are joined in its place", () => {
    const both = loop();
    both.fromClient(["g", "0"], ["m", "a,b,c"], ["l", "mine"], ["g", "9"]);
    expect(both.atBackend.slice(1).map((frame) => frame.join(" "))).toEqual(["g 0", "g a", "g b", "g c", "g 9"]);
    both.fromBackend(["r", "zero"], ["r", "A"], ["r", "B"]);
    expect(both.atClient).toEqual([["r", "zero"]]);
    both.fromBackend(["r", "C"], ["r", "nine"]);
    expect(both.atClient.map(([, text]) => text)).toEqual(["zero", "A,B,C", "mine", "nine"]);
  });

  it("is refused where it has too many parts, and none of them is passed on", () => {
    const both = loop({ limits: { parts: 2 } });
    both.fromClient(["g", "0"], ["m", "a,b,c"], ["g", "1"]);
    expect(both.atBackend.slice(1).map(([, text]) => text)).toEqual(["0", "1"]);
    both.fromBackend(["r", "zero"], ["r", "one"]);
    expect(both.atClient).toEqual([
      ["r", "zero"],
      ["x", "the frame is too large"],
      ["r", "one"],
    ]);
  });

  it("passes whole where the service is not sharded", () => {
    const both = loop({ sharded: false });
    both.fromClient(["m", "a,b"]);
    expect(both.atBackend.at(-1)).toEqual(["m", "a,b"]);
  });

  it("keeps nothing of connections that end with parts of it answered", () => {
    const both = loop();
    const round = (): void => {
      for (let i = 0; i < 500; i++) {
        const each = new LinedLoop(both.ingressHost, both.egressHost);
        each.fromClient(["m", "a,b,c"]);
        if (i % 3 > 0) each.fromBackend(["r", "A"]);
        if (i % 3 > 1) each.fromBackend(["r", "B"]);
        both.ingressHost.delete(each.ingress);
        both.egressHost.delete(each.egress);
      }
    };
    for (let i = 0; i < 8; i++) round(); // the garbage collector finds its pace
    const before = both.ingressHost.memoryBytes;
    for (let i = 0; i < 4; i++) round();
    expect(both.ingressHost.memoryBytes).toBe(before);
  });
});

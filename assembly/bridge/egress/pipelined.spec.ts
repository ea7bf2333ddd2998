import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { configured, LinedLoop, linedModule } from "../lined.support.js";

let module: WebAssembly.Module;
let loop: LinedLoop;

beforeAll(async () => {
  module = await linedModule();
});

beforeEach(() => {
  loop = new LinedLoop(
    configured(module, { role: "ingress", scope: "lined:1" }),
    configured(module, { role: "egress", scope: "*" }),
  );
});

describe("a pipelined protocol", () => {
  it("greets the backend, shares its connection, and gives each answer to who asked first", () => {
    loop.fromClient(["g", "1"], ["g", "2"]);
    loop.fromClient(["g", "3"]);
    expect(loop.atBackend).toEqual([
      ["a", "open sesame"],
      ["g", "1"],
      ["g", "2"],
      ["g", "3"],
    ]);
    loop.fromBackend(["r", "one"]);
    loop.fromBackend(["r", "two"], ["r", "three"]);
    expect(loop.atClient).toEqual([
      ["r", "one"],
      ["r", "two"],
      ["r", "three"],
    ]);
  });

  it("answers at the proxy, in its place", () => {
    loop.fromClient(["g", "1"], ["l", "mine"], ["p", ""], ["g", "2"]);
    expect(loop.atClient).toEqual([]);
    loop.fromBackend(["r", "one"]);
    expect(loop.atClient.map(([, text]) => text)).toEqual(["one", "mine", ""]);
    loop.fromBackend(["r", "two"]);
    expect(loop.atClient.map(([, text]) => text)).toEqual(["one", "mine", "", "two"]);
  });

  it("puts the backend's connection into the state of each request", () => {
    loop.fromClient(["g", "0"], ["s", "7"], ["g", "1"], ["g", "2"], ["s", "0"], ["g", "3"]);
    expect(loop.atBackend.slice(1)).toEqual([
      ["g", "0"],
      ["t", "7"],
      ["g", "1"],
      ["g", "2"],
      ["t", "0"],
      ["g", "3"],
    ]);
  });

  it("drops what a server pushes, and closes on an answer that nobody is owed", () => {
    loop.fromClient(["g", "1"]);
    loop.fromBackend(["!", "news"], ["r", "one"]);
    expect(loop.atClient).toEqual([["r", "one"]]);
    loop.fromBackend(["r", "whose?"]);
    expect(loop.egressHost.closed.has(loop.egress)).toBe(true);
    expect(loop.egressHost.metric("out_of_step")).toBe(1);
    expect(loop.atClient).toHaveLength(1);
  });

  it("tells whoever waits that the backend refuses the connection, and closes it", () => {
    loop.greeting = ["x", "who are you?"];
    loop.fromClient(["g", "1"], ["g", "2"]);
    expect(loop.atClient).toEqual([
      ["x", "the backend refuses the proxy's connection"],
      ["x", "the backend refuses the proxy's connection"],
    ]);
    expect(loop.egressHost.metric("refused_by_server")).toBe(1);
    loop.egressHost.tick();
    loop.egressHost.tick();
    expect(loop.egressHost.closed.has(loop.egress)).toBe(true);
  });
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { PeerType } from "../index.js";
import { Bench, FakeHttp, FakeNetwork, headers, must, queue } from "./kit.support.js";

const BUILT = new URL("../../../build/wasm/", import.meta.url);

function built(kind: "codecs" | "http"): URL[] {
  const folder = new URL(`${kind}/`, BUILT);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
  return names.map((name) => new URL(name, folder));
}

const options = (file: URL, configuration: object) => ({
  name: basename(file.pathname, ".wasm"),
  rootId: "",
  vm: { vmId: file.pathname, code: readFileSync(file) },
  configuration: Buffer.from(JSON.stringify(configuration)),
});

/** What a codec is in front of the connection manager; one whose connections are sessions says so by an export. */
function roleOf(file: URL): "ingress" | "session" {
  const exports = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(file)));
  return exports.some(({ name }) => name === "meltemi_lane_session") ? "session" : "ingress";
}

describe("the modules of this repository, where they are built", () => {
  for (const file of built("codecs")) {
    it(`${basename(file.pathname)} opens HTTP/2 to the connection manager and survives its end`, async () => {
      const bench = new Bench();
      const plugin = await bench.load(options(file, { role: roleOf(file), scope: "test:1" }));
      const stream = must(plugin.networkStream(new FakeNetwork()));
      stream.onNewConnection();
      stream.onDownstreamData(queue("\0\0"), false);
      stream.onDownstreamClose(PeerType.Remote);
      expect(plugin.healthy, bench.lines.map(({ message }) => message).join("\n")).toBe(true);
    });

    it(`${basename(file.pathname)} refuses a configuration that makes no sense, saying what`, async () => {
      const bench = new Bench();
      const result = await bench.registry.plugin(options(file, { role: "neither" }));
      expect(result.ok ? "accepted" : result.reason).toMatch(/refused its configuration.*role/s);
    });
  }

  for (const file of built("http")) {
    it(`${basename(file.pathname)} lets a request pass`, async () => {
      const bench = new Bench();
      const plugin = await bench.load(options(file, {}));
      const stream = must(plugin.httpStream(new FakeHttp()));
      expect(stream.onRequestHeaders(headers([":path", "/"], [":method", "GET"]), true)).toBe(0);
      stream.onLog({});
      stream.destroy();
      expect(plugin.healthy, bench.lines.map(({ message }) => message).join("\n")).toBe(true);
    });
  }

  it("are found by their place", () => {
    expect(existsSync(BUILT) || built("codecs").length === 0).toBe(true);
  });
});

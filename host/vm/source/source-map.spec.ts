// A module that traps, compiled with its map: the source's line stands in what the host and Envoy say of it.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestHost } from "../../../testing/index.js";
import { SourceMap, sourceMapBeside } from "./index.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const MAIN = join(root, "build/js/cli/main.js");

const SOURCE = `import { FilterHeadersStatus, HttpContext, registerRootContext, RootContext } from "meltemi/assembly";

class Trapping extends HttpContext {
  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    return 10 / i32(count > 1000) > 3 ? FilterHeadersStatus.StopIteration : FilterHeadersStatus.Continue;
  }
}

class Root extends RootContext {
  createHttpContext(id: i32): HttpContext {
    return new Trapping(id);
  }
}

registerRootContext((id: i32): RootContext => new Root(id));
export * from "meltemi/assembly/proxy";
`;
const PLACE = "index.ts:5:12";

describe("the source map beside a module", () => {
  let folder = "";
  let module = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-trap-"));
    module = join(folder, "trap.wasm");
    writeFileSync(join(folder, "index.ts"), SOURCE);
    const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
    const config = ["--config", join(root, "assembly/asconfig.json"), "--path", join(root, "build/packages")];
    const args = [asc, "index.ts", ...config, "--outFile", "trap.wasm", "--sourceMap", "--debug"];
    execFileSync(process.execPath, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What the host says of the trap. */
  async function death(source: string | Uint8Array): Promise<string> {
    const host = new TestHost();
    (await host.load(source)).http().request({ ":path": "/" });
    return host.logs.toString();
  }

  it("gives a trap's stack the lines of the source", async () => {
    expect(await death(module)).toMatch(new RegExp(`wasm-function\\[\\d+\\]:0x[0-9a-f]+\\) ${PLACE}$`));
  });

  it("is shown by meltemi trace", () => {
    const { stdout } = spawnSync(process.execPath, [MAIN, "trace", module], { encoding: "utf8" });
    expect(stdout).toContain(` ${PLACE}\n`);
  });

  it("lets meltemi symbolize tell the frames of Envoy's log, and leave all else as it is", async () => {
    const offset = /wasm-function\[\d+\]:(0x[0-9a-f]+)/.exec(await death(module))?.[1];
    const log = `[critical] Proxy-Wasm plugin in-VM backtrace:\n  0:  ${offset} - proxy_on_request_headers\nnext 0x10\n`;
    const { stdout } = spawnSync(process.execPath, [MAIN, "symbolize", module], { encoding: "utf8", input: log });
    expect(stdout).toBe(log.replace("_headers\n", `_headers ${PLACE}\n`));
  });

  it("is asked for by name where it is not there", () => {
    const missing = join(folder, "other.wasm");
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "symbolize", missing], {
      encoding: "utf8",
      input: "",
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining("other.wasm.map is not there")]);
    expect(sourceMapBeside(missing)).toBeUndefined();
  });

  it("is refused with its name where it is no map", () => {
    writeFileSync(join(folder, "bad.wasm.map"), "{");
    expect(() => sourceMapBeside(join(folder, "bad.wasm"))).toThrow(/bad\.wasm\.map: expected a source map/);
    expect(new SourceMap('{"version":3,"sources":[],"names":[],"mappings":""}').at(7)).toBeUndefined();
  });
});

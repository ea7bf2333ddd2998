import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import wabt from "wabt";
import { meltemi } from "./meltemi.support.js";

const CODEC = fileURLToPath(new URL("../build/wasm/codecs/awesomerpc.wasm", import.meta.url));

describe("meltemi inspect", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-inspect-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function module(name: string, source: string): Promise<string> {
    const parsed = (await wabt()).parseWat(name, source);
    const file = join(folder, `${name}.wasm`);
    writeFileSync(file, parsed.toBinary({ write_debug_names: true }).buffer);
    return file;
  }

  it("shows a module that loads", async () => {
    const { code, out, err } = await meltemi("inspect", CODEC);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(
      /^abi {6}0\.2\.1\nsize {5}\d+ bytes, sha256 [0-9a-f]{64}\nmemory {3}\d+ KiB, no maximum, \d+ KiB/,
    );
    expect(out).toMatch(/^ {2}env\.proxy_log +\(i32, i32, i32\) -> i32$/m);
    expect(out).toMatch(/^ {2}proxy_on_downstream_data +\(i32, i32, i32\) -> i32$/m);
    expect(out).toMatch(/\nloads {4}nothing would stop Envoy\n$/);
  });

  it("names every import and export that would stop one, and ends with 1", async () => {
    const file = await module(
      "odd",
      `(module (import "env" "abort" (func (param i32 i32 i32 i32)))
        (import "env" "proxy_log" (func (param i32) (result i32)))
        (memory (export "memory") 2 4) (func (export "proxy_abi_version_0_2_0"))
        (func $tick (export "proxy_on_tick")))`,
    );
    const { code, out } = await meltemi("inspect", file);
    expect(code).toBe(1);
    expect(out).toContain("memory   128 KiB, at most 256 KiB\n");
    expect(out).toMatch(/^names {4}\d functions/m);
    expect(out.slice(out.indexOf("does not load:"))).toBe(
      [
        "does not load:",
        "  import env.abort is nothing that Envoy provides to ABI 0.2.0: compile with --use abort=<a function that ends in unreachable>",
        "  import env.proxy_log is declared as (i32) -> i32, expected (i32, i32, i32) -> i32",
        "  export proxy_on_tick has the type () -> (), expected (i32) -> ()",
        "  export malloc (or proxy_on_memory_allocate) is missing",
        "",
      ].join("\n"),
    );
  });

  it("tells a module that dies as it is initialised", async () => {
    const file = await module(
      "dies",
      `(module (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
        (func (export "malloc") (param i32) (result i32) i32.const 0) (func (export "_initialize") unreachable))`,
    );
    const { code, out } = await meltemi("inspect", file, "-o", "json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ abi: "0.2.1", problems: ["_initialize failed: unreachable"] });
  });

  it("says where in its source a module dies, by the map beside it", async () => {
    const source = [
      "export function proxy_abi_version_0_2_1(): void {}",
      "export function malloc(size: i32): usize { return heap.alloc(size); }",
      "function third(numbers: i32[]): i32 {",
      "  return numbers[2];",
      "}",
      "export const none: i32 = third([]);",
      "function end(message: string | null, file: string | null, line: u32, column: u32): void { unreachable(); }",
    ].join("\n");
    writeFileSync(join(folder, "dying.ts"), source);
    const options = ["--outFile", "dying.wasm", "--exportStart", "_initialize", "--use", "abort=dying/end", "--debug"];
    const { error, stderr } = await asc.main(["dying.ts", "--baseDir", folder, ...options, "--sourceMap"]);
    expect(error, stderr.toString()).toBeNull();
    const { code, out } = await meltemi("inspect", join(folder, "dying.wasm"));
    expect(code).toBe(1);
    const [problem, ...frames] = out.slice(out.indexOf("does not load:")).trimEnd().split("\n").slice(1);
    expect(problem).toBe("  _initialize failed: unreachable");
    const places = frames.map((frame) => /[^ ]+:\d+:\d+$/.exec(frame)?.[0] ?? frame);
    expect(places).toEqual(expect.arrayContaining(["dying.ts:7:91", "dying.ts:4:10"]));
  });

  it("tells what is no module, and what cannot be read", async () => {
    const file = join(folder, "text.wasm");
    writeFileSync(file, "not wasm");
    const none = await meltemi("inspect", file);
    expect([none.code, none.out]).toEqual([1, expect.stringContaining("  not a WebAssembly module\n")]);
    const missing = await meltemi("inspect", join(folder, "missing.wasm"));
    expect([missing.code, missing.err]).toEqual([1, expect.stringMatching(/^meltemi: cannot read the module: ENOENT/)]);
  });
});

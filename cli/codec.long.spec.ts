import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { check, checkCareless } from "./codec.support.js";
import { meltemi } from "./meltemi.support.js";

vi.setConfig({ testTimeout: 600_000 });
const root = fileURLToPath(new URL("..", import.meta.url));

describe("meltemi codec check, for long", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-codec-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("tells where a cut changes what comes out", async () => {
    const { code, out } = await checkCareless(folder, "split");
    expect(code).toBe(1);
    expect(out).toMatch(/^split points: \S+\.hex split at 1\n {2}the outcome differs from that of the whole:/m);
  });

  it.each([
    ["join", "concatenation", /^concatenation: .* in one piece\n {2}the outcome differs from that of the whole:/m],
    ["cut", "truncation", /^truncation: .* cut off behind \d+ bytes\n {2}a trap: .*\n {2}\d bytes from the /m],
    ["alter", "round trip", /^round trip: .*\n {2}what reached the upstream differs from byte \d+ on: /m],
  ])("tells the mistake %s by the check of %s, with the bytes", async (mistake, name, reason) => {
    const { code, out } = await checkCareless(folder, mistake);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^FAILS {2}${name}`, "m"));
    expect(out).toMatch(reason);
  });

  it("tells a trap's file and line, by the map beside the module", async () => {
    const module = join(folder, "careless.wasm");
    const source = "test/modules/careless/codec";
    const config = [
      "--config",
      `${source}/asconfig.json`,
      "--path",
      "build/packages",
      "--sourceMap",
      "--debug",
      "--optimizeLevel",
      "0",
    ];
    const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
    const args = [asc, `${source}/index.ts`, ...config, "--outFile", relative(root, module)];
    execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    const settings = join(folder, "mapped.json");
    writeFileSync(settings, JSON.stringify({ mistake: "cut" }));
    const { out } = await check(module, "--settings", settings);
    const line =
      1 +
      readFileSync(join(root, source, "careless.ts"), "utf8")
        .split("\n")
        .findIndex((text) => text.includes('"cut" && found'));
    expect(out).toMatch(
      new RegExp(`a trap: .* failed: memory access out of bounds\n {4}at .*careless\\.ts:${line}:\\d+\n`),
    );
  });

  it("tells memory that is taken for a length alone, and memory that is not given back", async () => {
    expect((await checkCareless(folder, "bomb")).out).toMatch(
      /^length bombs: .* at \d+\n {2}linear memory grew to \d+ KiB for \d+ bytes/m,
    );
    expect((await checkCareless(folder, "leak")).out).toMatch(
      /^memory: all samples\n {2}\d+ times all samples took linear memory from/m,
    );
  });

  it("tells a codec that does not return", async () => {
    const { code, out } = await checkCareless(folder, "hang", "--timeout", "2");
    expect(code).toBe(1);
    expect(out).toMatch(/^FAILS {2}returns/m);
    expect(out).toMatch(/the codec did not return within 2 s\n {2}\d+ bytes from the (?:Client|Server): [0-9a-f]+\n$/);
  });

  const codecs = readdirSync(join(root, "filters/codecs")).filter((name) =>
    existsSync(join(root, "filters/codecs", name, "samples")),
  );
  it.each(codecs)("finds nothing in %s by 100,000 mutations", async (name) => {
    const samples = join(root, "filters/codecs", name, "samples");
    const { code, out, err } = await meltemi(
      "codec",
      "check",
      join(root, `build/wasm/codecs/${name}.wasm`),
      "--frames",
      samples,
    );
    expect([code, err], out).toEqual([0, ""]);
    expect(out).toMatch(/^ok {5}mutations +100000$/m);
    console.log(`${name}: ${out.slice(out.indexOf("lane"))}`);
  });
});

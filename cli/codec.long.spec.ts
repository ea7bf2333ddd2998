import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { checkCareless } from "./codec.support.js";
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

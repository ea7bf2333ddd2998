import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CODEC, check, checkCareless } from "./codec.support.js";
import { meltemi } from "./meltemi.support.js";

describe("meltemi codec check", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-codec-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("finds nothing in the example, and says how fast it is", async () => {
    const { code, out, err } = await check(CODEC);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^ok {5}reads the samples +7$/m);
    expect(out).toMatch(/^ok {5}mutations +3000$/m);
    expect(out).toMatch(/^lane request, linear memory \d+ KiB$/m);
    expect(out).toMatch(/^\d+\.\d MB\/s, \d+ frames\/s, on one thread of this host$/m);
  });

  it("tells a trap with the few bytes that it takes", async () => {
    const { code, out } = await checkCareless(folder, "trap");
    expect(code).toBe(1);
    expect(out).toMatch(/^FAILS {2}mutations/m);
    expect(out).toMatch(
      /a trap: proxy_on_(?:down|up)stream_data failed: unreachable\n {2}5 bytes from the (?:Client|Server): [0-9a-f]{10}\n/,
    );
  });

  it("says what it was given wrongly", async () => {
    const bad = join(folder, "bad");
    writeFileSync(bad, "no json");
    const settings = await check(CODEC, "--settings", bad);
    expect([settings.code, settings.err]).toEqual([1, expect.stringMatching(/^meltemi: .*bad: expected JSON: /)]);
    const frames = await meltemi("codec", "check", CODEC, "--frames", folder);
    expect([frames.code, frames.err]).toEqual([1, "meltemi: there are no samples: expected frames (.hex, .bin)\n"]);
    writeFileSync(join(folder, "a.hex"), "# from Client\n0g\n");
    const hex = await meltemi("codec", "check", CODEC, "--frames", folder);
    expect([hex.code, hex.err]).toEqual([
      1,
      expect.stringMatching(/a\.hex:2: expected pairs of hexadecimal digits\n$/),
    ]);
  });
});

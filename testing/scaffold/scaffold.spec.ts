import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scaffold } from "./index.js";

describe("scaffold", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-scaffold-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (file: string) => readFileSync(join(folder, file), "utf8");

  it("writes a filter under its name, and leaves nothing to fill in", async () => {
    const files = await scaffold({ kind: "filter", folder: join(folder, "my-filter") });
    expect(files).toEqual([
      ...[".gitignore", ".prettierignore", "README.md", "asconfig.json", "assembly/index.ts", "configuration.json"],
      ...["package.json", "test/my-filter.test.ts", "tsconfig.json"],
    ]);
    for (const file of files) expect(read(`my-filter/${file}`), file).not.toMatch(/__[A-Z_]+__/);
    expect(read("my-filter/assembly/index.ts")).toContain("class MyFilter extends HttpContext");
    expect(JSON.parse(read("my-filter/package.json"))).toMatchObject({
      name: "my-filter",
      devDependencies: { assemblyscript: expect.stringMatching(/^\d/), meltemi: expect.stringMatching(/^\^\d/) },
    });
  });

  it("writes a codec out of the example, with its frames", async () => {
    const files = await scaffold({ kind: "codec", folder: join(folder, "mine"), meltemi: "1.2.3" });
    expect(files).toContain("rules/mine.yaml");
    expect(files).toContain("samples/request.hex");
    for (const file of files) expect(read(`mine/${file}`), file).not.toMatch(/__[A-Z_]+__|AwesomeRpc/);
    expect(read("mine/assembly/index.ts")).toContain('registerCodec("mine", (): Codec => new Mine());');
    expect(JSON.parse(read("mine/package.json")).devDependencies.meltemi).toBe("1.2.3");
  });

  it("is what npm create runs, of this version", () => {
    const of = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
    const { version } = of("../../package.json");
    expect(of("../../create-meltemi/package.json")).toMatchObject({ version, dependencies: { meltemi: version } });
  });

  it("refuses a name that will not do, and a folder that is there", async () => {
    await expect(scaffold({ kind: "codec", folder: join(folder, "a-b") })).rejects.toThrow(/a codec's name .* "a-b"$/);
    await expect(scaffold({ kind: "filter", folder: join(folder, "Filter") })).rejects.toThrow(/digits and dashes/);
    await expect(scaffold({ kind: "filter", folder: join(folder, "my-filter") })).rejects.toThrow(
      /there is a .* already/,
    );
    expect(readdirSync(folder).sort()).toEqual(["mine", "my-filter"]);
  });
});

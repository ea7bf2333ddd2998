import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { meltemi } from "./meltemi.support.js";

const root = fileURLToPath(new URL("..", import.meta.url));

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "meltemi-decode-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("meltemi codec component makes what meltemi decode reads frames with", async () => {
  const component = join(folder, "a/codec.wasm");
  const entry = relative(process.cwd(), join(root, "examples/awesomerpc/codec/index.ts"));
  const packages = relative(process.cwd(), join(root, "build/packages"));
  const built = await meltemi("codec", "component", entry, "--path", packages, "--out", component);
  expect(built).toEqual({ code: 0, out: "", err: "" });
  expect(readFileSync(component).subarray(0, 8).toString("hex")).toBe("0061736d0d000100");

  // A ping, twice.
  const ping = "0000000aa7030000000000000001";
  const read = await meltemi("decode", component, "--hex", `${ping} ${ping}`);
  expect([read.code, read.err]).toEqual([0, ""]);
  expect(
    read.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { at: 0, kind: "ping", id: "1", length: 14 },
    { at: 14, kind: "ping", id: "1", length: 14 },
  ]);

  const file = join(folder, "cut.bin");
  writeFileSync(file, Buffer.from(ping, "hex").subarray(0, 9));
  const cut = await meltemi("decode", component, file);
  expect([cut.code, cut.err]).toEqual([1, ""]);
  expect(JSON.parse(cut.out)).toEqual({ at: 0, refused: "incomplete", bytes: 9 });

  const settings = await meltemi("decode", component, "--hex", ping, "--settings", '{"a":1}');
  expect([settings.code, settings.err]).toEqual([1, "meltemi: --settings: a: unknown field; there are: \n"]);
}, 60_000);

it("meltemi decode says what is no component of a codec", async () => {
  const file = fileURLToPath(new URL("../build/wasm/codecs/awesomerpc.wasm", import.meta.url));
  const { code, err } = await meltemi("decode", file, "--hex", "00");
  expect(code).toBe(1);
  expect(err).toMatch(/^meltemi: .*awesomerpc\.wasm: not a component of wit\/codec\.wit: /);
});

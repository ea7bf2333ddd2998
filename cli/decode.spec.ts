import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pcap, SYN } from "../testing/capture/capture.support.js";
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

  const [client, server] = ["127.0.0.1:40000", "127.0.0.1:7010"];
  const bytes = Buffer.from(ping, "hex");
  const sent = { from: client, to: server, time: 1_700_000_000_000_001 };
  const recorded = [
    { ...sent, sequence: 0, flags: SYN },
    { ...sent, sequence: 9, payload: bytes.subarray(8) },
    { ...sent, sequence: 1, payload: bytes.subarray(0, 8) },
    { from: server, to: client, sequence: 7, payload: bytes },
    { ...sent, sequence: 20, payload: bytes },
  ];
  const capture = join(folder, "recorded.pcap");
  writeFileSync(capture, pcap(1, recorded));
  const replayed = await meltemi("decode", component, capture, "--port", "7010");
  const connection = `${client} > ${server}`;
  const lines = replayed.out.trim().split("\n");
  expect(replayed.code).toBe(1);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { time: "2023-11-14T22:13:20.000001000Z", connection, from: "client", at: 0, kind: "ping", length: 14 },
    { connection, from: "server", at: 0, kind: "ping" },
    { connection, from: "client", at: 14, refused: "gap", missing: 5, bytes: 14 },
  ]);

  const settings = await meltemi("decode", component, "--hex", ping, "--settings", '{"a":1}');
  expect([settings.code, settings.err]).toEqual([1, "meltemi: --settings: a: unknown field; there are: \n"]);
}, 120_000);

it("meltemi decode says what is no component of a codec", async () => {
  const file = fileURLToPath(new URL("../build/wasm/codecs/awesomerpc.wasm", import.meta.url));
  const { code, err } = await meltemi("decode", file, "--hex", "00");
  expect(code).toBe(1);
  expect(err).toMatch(/^meltemi: .*awesomerpc\.wasm: not a component of wit\/codec\.wit: /);
});

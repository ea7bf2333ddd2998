import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TestHost } from "meltemi/testing";
import { checkCodec, readFrames } from "meltemi/testing/codec";
import { expect, it } from "vitest";

const path = (name: string) =>
  fileURLToPath(new URL(`../${name}`, import.meta.url));
const MODULE = path("build/codecs/__NAME__.wasm");
const frames = readFrames(path("samples"));

it("makes an HTTP request of a frame", async () => {
  const configuration = { role: "ingress" };
  const codec = await new TestHost().load(MODULE, { configuration });
  const frame = frames.find(({ name }) => name === "request.hex")!;
  const { upstream } = codec.connection().fromClient(frame.bytes);
  expect(upstream.toString("latin1")).toMatch(/^PRI \* HTTP\/2\.0/);
  expect(upstream.includes(Buffer.from(frame.bytes))).toBe(true);
});

it("has none of the mistakes that codecs have", async () => {
  const code = readFileSync(MODULE);
  const report = await checkCodec({
    code,
    frames,
    sessions: [],
    mutations: 5000,
  });
  expect(report.failures).toEqual([]);
}, 60_000);

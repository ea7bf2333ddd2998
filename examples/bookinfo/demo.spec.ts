import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { freePort } from "../../test/support/index.js";
import { type DemoOptions, runDemo } from "./index.js";

const PAGES = 300;
const envoy = findEnvoy();

let rules: string;
let output: string;

beforeEach(async () => {
  rules = mkdtempSync(join(tmpdir(), "meltemi-bookinfo-"));
  cpSync(fileURLToPath(new URL("rules", import.meta.url)), rules, { recursive: true });
  await onFreePorts(rules);
  output = "";
});

afterEach(() => rmSync(rules, { recursive: true }));

/** The demo's own ports may be in use by a demo. */
async function onFreePorts(folder: string): Promise<void> {
  const ports = new Map<string, number>();
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    for (const [port] of text.matchAll(/\b27\d{3}\b/g)) if (!ports.has(port)) ports.set(port, await freePort());
    writeFileSync(
      path,
      text.replaceAll(/\b27\d{3}\b/g, (port) => String(ports.get(port))),
    );
  }
}

function edit(file: string, from: string | RegExp, to: string): void {
  const path = join(rules, file);
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}

function run(options: Partial<DemoOptions>): Promise<number> {
  const out = new PassThrough() as unknown as NodeJS.WriteStream;
  out.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return runDemo({ rules, pagesPerSecond: 40, signal: new AbortController().signal, out, ...options });
}

const proxies = [
  { name: "the host", binary: undefined, missing: false },
  { name: "Envoy", binary: envoy ?? undefined, missing: envoy === null },
];

describe.each(proxies)("on $name", { timeout: 90_000 }, ({ binary, missing }) => {
  const on = binary === undefined ? {} : { envoy: binary };

  test.skipIf(missing)("all goes as the rules say", async () => {
    const code = await run({ ...on, pages: PAGES });
    expect(output).not.toContain("NOT ");
    for (const held of [
      "jason: ",
      "others: ",
      "mirrored to ratings v2",
      "requests have X-Catalogue",
      "responses have X-Served-Through",
      "0 connections cut",
    ]) {
      expect(output).toMatch(new RegExp(`^ok .*${held}`, "m"));
    }
    expect(code).toBe(0);
  });

  test.skipIf(missing)(
    "an edited rule changes the traffic, a mistake in it does not, and no connection is cut",
    async () => {
      const stop = new AbortController();
      const running = run({ ...on, signal: stop.signal });
      try {
        const reviews = (version: string, share: string) =>
          new RegExp(`reviews +others +reviews ${version} +\\d+ +${share} %`);
        await expect.poll(() => output, { timeout: 30_000 }).toMatch(reviews("v1", "\\d+"));
        edit("reviews.yaml", "weight: 70", "weight: 0");
        edit("reviews.yaml", "weight: 30", "weight: 100");
        await expect.poll(() => output, { timeout: 30_000 }).toMatch(reviews("v3", "100"));
        edit("reviews.yaml", "weight: 100", "wieght: 100");
        await expect.poll(() => output).toContain("unknown field; did you mean weight?");
      } finally {
        stop.abort();
      }
      expect(await running).toBe(0);
      expect(output).toContain("0 connections cut so far");
      expect(output).not.toMatch(/[1-9]\d* connections cut|failed/);
    },
  );
});

test("rules with errors end the demo with their place", async () => {
  edit("services.yaml", "resolution: STATIC", "resolution: STATC");
  await expect(run({ pages: 1 })).rejects.toThrow("the rules have errors");
  expect(output).toMatch(/services\.yaml:\d+:\d+: error: spec\.resolution: .* did you mean STATIC\?/);
});

test("a taken port is named with the line that asks for it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  edit("services.yaml", /tcp-metaprotocol-awesomerpc: \d+/, `tcp-metaprotocol-awesomerpc: ${port}`);
  try {
    await expect(run({ pages: 1 })).rejects.toThrow(/productpage v1 \(.*services\.yaml:\d+\) cannot listen/);
  } finally {
    server.close();
  }
});

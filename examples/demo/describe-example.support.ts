import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { freePort } from "../../test/support/index.js";
import { type Example, runExample } from "./index.js";

/** Runs a demo to its end on the host and on Envoy: all must go as its own rules say. */
export async function describeExample(example: Example): Promise<void> {
  const why = await example.missing?.();
  if (why !== undefined) console.log(`skipped: examples/${example.name}, ${why}`);
  const envoy = findEnvoy();
  const proxies = [
    { name: "the host", on: {}, missing: false },
    { name: "Envoy", on: { envoy: envoy ?? "" }, missing: envoy === null },
  ];
  describe.skipIf(why !== undefined).each(proxies)(`${example.name} on $name`, ({ on, missing }) => {
    test.skipIf(missing)("all goes as the rules say", { timeout: 120_000 }, async () => {
      const rules = await rulesOnFreePorts(example.name);
      let output = "";
      const out = new PassThrough().on("data", (chunk: Buffer) => {
        output += chunk.toString();
      }) as unknown as NodeJS.WriteStream;
      try {
        const code = await runExample(example, { rules, ...on, once: true, signal: new AbortController().signal, out });
        expect([code, output.match(/^NOT .*/gm)], output).toEqual([0, null]);
      } finally {
        rmSync(rules, { recursive: true });
      }
    });
  });
}

/** A copy of the example's rules; the ports in them may be in use by a demo. */
async function rulesOnFreePorts(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `meltemi-${name}-`));
  cpSync(fileURLToPath(new URL(`../${name}/rules`, import.meta.url)), folder, { recursive: true });
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
  return folder;
}

// The page's filter, built both ways as the page says, answers the same requests the same, on host and Envoy.
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { envoyBinary, freePort } from "../control/envoy.support.js";
import { runModule } from "../testing/run/index.js";
import { readDocument } from "./document.support.js";
import { DocumentReader } from "./reader.support.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });
const root = fileURLToPath(new URL("..", import.meta.url));

/** What a client sees, and of it what the upstream saw. */
interface Seen {
  readonly status: number;
  readonly hello: string | null;
  readonly body: string;
  readonly passedOn: readonly string[];
}

describe("a filter of solo-io's proxy-runtime, rewritten by the page", () => {
  let folder = "";

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "meltemi-migrated-")));
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
    const reader = new DocumentReader({ folder, path: [], instead: [] });
    const sections = readDocument(new URL("from-proxy-runtime.md", import.meta.url));
    for (const step of sections.flatMap(({ steps }) => steps)) await reader.follow(step);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function answers(module: string, configuration: string, envoy: string | undefined): Promise<Seen[]> {
    const port = envoy === undefined ? 0 : await freePort();
    const logger = pino({ level: "silent" });
    const running = await runModule({ module: join(folder, module), kind: "http", configuration, port, envoy, logger });
    try {
      const seen: Seen[] = [];
      for (const headers of [{}, { "x-user": "" }, { "x-user": "jason" }, { "x-user": "Zoë 🌊" }]) {
        seen.push(await ask(running.port, headers));
      }
      return seen;
    } finally {
      await running.close();
    }
  }

  const proxies = [
    ["the host", undefined],
    ["Envoy", envoyBinary],
  ] as const;
  for (const [name, envoy] of proxies) {
    it.skipIf(envoy === null).each(["", "salut"])(`on ${name}, configured %j`, async (configuration) => {
      const before = await answers("before/gate.wasm", configuration, envoy ?? undefined);
      const after = await answers("gate/build/gate.wasm", configuration, envoy ?? undefined);
      // 0.1.8 does not get at its configuration, as the page says.
      expect(before.slice(0, 3)).toEqual([
        { status: 403, hello: "world!", body: "who are you?", passedOn: [] },
        { status: 403, hello: "world!", body: "who are you?", passedOn: [] },
        { status: 200, hello: "world!", body: "", passedOn: ["x-user: jason", "x-seen: jason"] },
      ]);
      const hello = configuration === "" ? "world!" : configuration;
      expect(after).toEqual(before.map((seen) => ({ ...seen, hello })));
    });
  }
});

/** The echo behind the filter answers with the request's head. */
async function ask(port: number, headers: Record<string, string>): Promise<Seen> {
  const latin1 = Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString("latin1")] as const);
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: Object.fromEntries(latin1) });
  const text = await response.text();
  const passedOn = text.split("\n").filter((line) => /^x-(?:user|seen):/.test(line));
  const body = response.ok ? "" : text;
  return { status: response.status, hello: response.headers.get("hello"), body, passedOn };
}

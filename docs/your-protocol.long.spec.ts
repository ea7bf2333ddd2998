// The tutorial, step by step, as a stranger reads it: in an empty folder, with nothing but the packed tarball.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { envoyBinary, freePort } from "../control/envoy.support.js";
import { readDocument } from "./document.support.js";
import { DocumentReader } from "./reader.support.js";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });
const root = fileURLToPath(new URL("..", import.meta.url));

describe("your protocol in an hour", () => {
  const sections = readDocument(new URL("your-protocol.md", import.meta.url));
  let folder = "";
  let reader: DocumentReader;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "meltemi-hour-")));
    const [programs, empty] = [join(folder, "programs"), join(folder, "empty")];
    for (const made of [programs, empty]) mkdirSync(made);
    if (envoyBinary !== null) symlinkSync(envoyBinary, join(programs, "envoy"));
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", empty], { cwd: root, stdio: "pipe" });
    const ports = { control: await freePort(), admin: await freePort() };
    const own = `-- --port ${ports.control} --admin-port ${ports.admin}`;
    reader = new DocumentReader({
      folder: empty,
      path: [programs],
      instead: [
        ["7010", String(await freePort())],
        ["7011", String(await freePort())],
        ["7012", String(await freePort())],
        [/npm (?:start|run envoy)$/gm, `$& ${own}`],
      ],
    });
  });
  afterAll(async () => {
    await reader.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { title, steps } of sections) {
    it.skipIf(title === "On Envoy" && envoyBinary === null)(title, async () => {
      for (const step of steps) await reader.follow(step);
    });
  }
});

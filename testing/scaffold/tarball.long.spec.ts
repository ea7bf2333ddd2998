// The author's hour as a stranger has it: the packed tarball, `meltemi new`, and what the new folder says of itself.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { envoyBinary, freePort } from "../../control/envoy.support.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const root = fileURLToPath(new URL("../..", import.meta.url));

describe("what meltemi new writes, from the packed tarball", () => {
  let folder = "";
  let tarball = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-new-"));
    const packed = npm(root, "pack", "--ignore-scripts", "--json", "--pack-destination", folder);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    tarball = join(folder, filename);
    mkdirSync(join(folder, "tool"));
    writeFileSync(join(folder, "tool/package.json"), JSON.stringify({ name: "tool", private: true }));
    npm(join(folder, "tool"), "install", "--prefer-offline", "--no-audit", "--no-fund", tarball);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A new folder, with everything that it needs installed. */
  function begin(kind: "filter" | "codec", name: string): string {
    const made = join(folder, name);
    const bin = join(folder, "tool/node_modules/.bin/meltemi");
    execFileSync(bin, ["new", kind, made, "--meltemi", `file:${tarball}`], { stdio: "pipe" });
    npm(made, "install", "--prefer-offline", "--no-audit", "--no-fund");
    return made;
  }

  it("is a filter that passes its own tests and lint, runs, and is swapped when its source is saved", async () => {
    const made = begin("filter", "hello");
    expect(npm(made, "test")).toMatch(/3 passed/);
    npm(made, "run", "lint");
    const port = await freePort();
    const running = start(made, "--port", String(port));
    try {
      await expect.poll(() => running.out, { timeout: 60_000 }).toContain("ready");
      const ask = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
      expect(await ask()).toContain("x-hello: world");
      const source = join(made, "assembly/index.ts");
      writeFileSync(source, readFileSync(source, "utf8").replace("root.header.view()", 'Bytes.of("x-saved").view()'));
      await expect.poll(ask, { timeout: 60_000 }).toContain("x-saved: world");
      console.log(`save to swap: built in ${/"ms":(\d+)/.exec(running.err)?.[1]} ms`);
    } finally {
      await running.stop();
    }
  });

  it.skipIf(envoyBinary === null)("is a filter that runs on Envoy", async () => {
    const made = begin("filter", "on-envoy");
    const port = await freePort();
    const running = start(made, "--port", String(port), "--envoy", envoyBinary ?? "");
    try {
      await expect.poll(() => running.out, { timeout: 60_000 }).toContain("ready");
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain("x-hello: world");
    } finally {
      await running.stop();
    }
  });

  it("is a codec that passes its own tests, lint and check", () => {
    const made = begin("codec", "mine");
    expect(npm(made, "test")).toMatch(/2 passed/);
    npm(made, "run", "lint");
    expect(npm(made, "run", "check", "--", "--mutations", "3000")).toMatch(/^ok {5}mutations +3000$/m);
  });
});

/** `npm start` without npm in between, so that a signal reaches it. */
function start(folder: string, ...more: string[]) {
  const args = ["run", "build/module.wasm", "--source", ".", "--configuration", "@configuration.json", ...more];
  const child: ChildProcess = spawn(join(folder, "node_modules/.bin/meltemi"), args, { cwd: folder });
  const running = {
    out: "",
    err: "",
    async stop() {
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    running.out += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    running.err += chunk.toString();
  });
  return running;
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: plain() });
}

/** The environment without what this test's own runner put there: the new folder has a runner of its own. */
function plain(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_ENV|npm_|FORCE_COLOR)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}

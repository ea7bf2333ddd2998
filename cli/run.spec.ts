import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { envoyBinary, freePort } from "../control/envoy.support.js";
import { meltemi } from "./meltemi.support.js";

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const FILTER = file("build/wasm/http/header-mutation.wasm");
const CONFIGURATION = JSON.stringify({ request: [{ set: "a", value: "1" }] });

describe("meltemi run", () => {
  const running = new Set<ChildProcess>();
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meltemi-run-"));
  });
  afterEach(async () => {
    for (const child of running) {
      child.kill("SIGTERM");
      await once(child, "close");
    }
    running.clear();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts one; what it said when it was ready, and so far. */
  async function run(...args: string[]) {
    const child = spawn(process.execPath, [file("build/js/cli/main.js"), "run", ...args]);
    running.add(child);
    const said = { out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      said.out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said.err += chunk.toString();
    });
    await expect.poll(() => said.out, { timeout: 20_000, message: "ready" }).toMatch(/\nready\n$/);
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(said.out)?.[1]);
    return { port, said };
  }

  const post = async (port: number) =>
    (await fetch(`http://127.0.0.1:${port}/x`, { method: "POST", body: "hello" })).text();

  it("serves a filter in front of an echo", async () => {
    const { port } = await run(FILTER, "--port", "0", "--configuration", CONFIGURATION);
    expect(await post(port)).toMatch(/^POST \/x\n(?:.*\n)*a: 1\n(?:.*\n)*\nhello$/);
  });

  it.skipIf(envoyBinary === null)("serves it on an Envoy", async () => {
    const port = String(await freePort());
    const args = ["--port", port, "--envoy", envoyBinary ?? "", "--configuration", CONFIGURATION];
    const { port: at } = await run(FILTER, ...args);
    expect(await post(at)).toMatch(/^POST \/x\n(?:.*\n)*a: 1\n/);
  });

  it("serves a network filter in front of an echo, and prints its calls", async () => {
    const { port, said } = await run(FILTER, "--tcp", "--port", "0", "--trace", "--configuration", CONFIGURATION);
    const socket = connect(port, "127.0.0.1");
    socket.end("bytes");
    expect(await text(socket)).toBe("bytes");
    expect(said.out).toContain("\nproxy_on_context_create(1, 0)\n");
  });

  it("takes a new version of the file on a connection that stays open, and keeps what runs where it is none", async () => {
    const module = join(folder, "filter.wasm");
    copyFileSync(FILTER, module);
    const { port, said } = await run(module, "--port", "0", "--watch", "--configuration", "{}");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = () =>
      new Promise<{ body: string; reused: boolean }>((resolve, reject) => {
        const asked = request({ port, host: "127.0.0.1", path: "/y", agent }, async (response) => {
          resolve({ body: await text(response), reused: asked.reusedSocket });
        });
        asked.on("error", reject).end();
      });
    expect((await ask()).body).toMatch(/^GET \/y\n/);
    copyFileSync(file("package.json"), module);
    await expect.poll(() => said.err, { timeout: 10_000 }).toContain("not a WebAssembly module");
    expect((await ask()).reused).toBe(true);
    copyFileSync(file("build/wasm/http/fault-injection.wasm"), module);
    await expect.poll(() => said.err, { timeout: 10_000 }).toContain('"new version"');
    expect(await ask()).toEqual({ body: expect.stringMatching(/^GET \/y\n/), reused: true });
    agent.destroy();
  });

  it("says why a module is not served", async () => {
    const unconfigured = await meltemi(
      "run",
      FILTER,
      "--port",
      "0",
      "--configuration",
      '{"request":1}',
      "--log-level",
      "silent",
    );
    expect([unconfigured.code, unconfigured.err]).toEqual([1, expect.stringContaining("refused its configuration")]);
    const none = await meltemi("run", file("package.json"), "--port", "0");
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringContaining("package.json would not load: not a WebAssembly module"),
    ]);
  });
});

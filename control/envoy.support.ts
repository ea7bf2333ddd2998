import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { findEnvoy } from "../scripts/steps/envoy.mjs";

/** Path of the Envoy to test with, or null. */
export const envoyBinary: string | null = findEnvoy();

/** A port that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A real Envoy, from its start to its end. */
export class Envoy {
  private constructor(
    private readonly process: ChildProcess,
    readonly adminPort: number,
    private readonly output: string[],
  ) {}

  /** Starts one; the bootstrap says where its admin port is. */
  static start(bootstrap: string, adminPort: number): Envoy {
    const args = ["--config-yaml", bootstrap, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"];
    const process = spawn(envoyBinary ?? "envoy", args, { stdio: ["ignore", "ignore", "pipe"] });
    const output: string[] = [];
    process.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    return new Envoy(process, adminPort, output);
  }

  get log(): string {
    return this.output.join("");
  }

  async admin(path: string): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.adminPort}${path}`)).text();
  }

  /** The value of one stat; 0 where there is none. */
  async stat(name: string): Promise<number> {
    const lines = (await this.admin("/stats")).split("\n");
    return Number(lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? 0);
  }

  async ready(): Promise<void> {
    for (const end = Date.now() + 20_000; Date.now() < end; await delay(50)) {
      if (this.process.exitCode !== null) break;
      if ((await this.admin("/ready").catch(() => "")).startsWith("LIVE")) return;
    }
    throw new Error(`Envoy is not ready:\n${this.log}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    this.process.kill("SIGTERM");
    await once(this.process, "exit");
  }
}

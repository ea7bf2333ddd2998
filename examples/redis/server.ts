import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Endpoint } from "../../control/index.js";
import { PREFIXES } from "./names.js";

const PROGRAM = "redis-server";
const READY_WITHIN = 20_000;

export function isInstalled(): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, PROGRAM)));
}

/** A Redis without persistence, which has its name under the demo's keys. */
export async function startServer(endpoint: Endpoint, name: string): Promise<{ close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-redis-"));
  const settings = ["--bind", endpoint.address, "--port", `${endpoint.port}`, "--dir", folder];
  const child = spawn(PROGRAM, [...settings, "--save", "", "--appendonly", "no"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const orphaned = () => child.kill();
  process.once("exit", orphaned);
  let log = "";
  child.stdout.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  child.on("error", (error) => {
    log += error.message;
  });
  const close = async (): Promise<void> => {
    process.off("exit", orphaned);
    await stop(child);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const end = Date.now() + READY_WITHIN; Date.now() < end && child.exitCode === null; await delay(50)) {
    if (await isReady(endpoint, name)) return { close };
  }
  await close();
  throw new Error(`${name} did not become ready:\n${log}`);
}

/** Writes the demo's keys, which a server takes once it is ready. */
async function isReady({ address, port }: Endpoint, name: string): Promise<boolean> {
  const redis = new Redis({ host: address, port, lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    await redis.mset(PREFIXES.flatMap((prefix) => [`${prefix}who`, name]));
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Below the range that kernels take outgoing connections' ports from: a hundred thousand short connections must not
// take a port between its being found free and its being listened on.
const FIRST = 12_000;
const COUNT = 18_000;
/** A file for each port that a process has been given, with the process's id: other test runs look there too. */
const FOLDER = join(tmpdir(), "meltemi-ports");
const taken = new Set<number>();

/** A loopback port that is free, and that no process of ours hands out again as long as this one lives. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (reserve(port) && (await isFree(port))) return port;
  }
}

function reserve(port: number): boolean {
  if (taken.has(port)) return false;
  if (taken.size === 0) {
    mkdirSync(FOLDER, { recursive: true });
    process.once("exit", () => {
      for (const each of taken) rmSync(fileOf(each), { force: true });
    });
  }
  try {
    writeFileSync(fileOf(port), String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // Its process may have been killed; then the port is free for the next who asks.
    if (!ownerLives(port)) rmSync(fileOf(port), { force: true });
    return false;
  }
  taken.add(port);
  return true;
}

function ownerLives(port: number): boolean {
  try {
    process.kill(Number(readFileSync(fileOf(port), "utf8")), 0);
    return true;
  } catch (error) {
    // Another user's process cannot be asked, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function fileOf(port: number): string {
  return join(FOLDER, String(port));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../.peers/thrift/", import.meta.url));
const PYTHON = `${FOLDER}python`;
const NODE = `${FOLDER}node`;
const MODULE = `${NODE}/node_modules/thrift`;
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export type Library = "python" | "node";
export type Speech = readonly [transport: string, protocol: string];

/** What each library speaks; both directions. npm's has no old binary protocol by default, and THeader only framed. */
export const SPEECHES: Readonly<Record<Library, readonly Speech[]>> = {
  python: [
    ...[["unframed", "binary"] as const, ["unframed", "old"] as const, ["unframed", "compact"] as const],
    ...[["framed", "binary"] as const, ["framed", "old"] as const, ["framed", "compact"] as const],
    ...[["header", "binary"] as const, ["header", "compact"] as const],
  ],
  node: [
    ...[["unframed", "binary"] as const, ["unframed", "compact"] as const],
    ...[["framed", "binary"] as const, ["framed", "compact"] as const, ["header", "binary"] as const],
  ],
};

/** Installs the libraries where they are not yet; the reason where they cannot be had. */
export function missing(): string | undefined {
  try {
    execFileSync("python3", ["-m", "pip", "--version"], { stdio: "ignore" });
  } catch {
    return "there is no python3 with pip here";
  }
  try {
    mkdirSync(FOLDER, { recursive: true });
    if (!existsSync(`${PYTHON}/thrift`)) {
      run("python3", ["-m", "pip", "install", "--quiet", "--no-compile", "--target", PYTHON, "thrift==0.22.0"]);
    }
    if (!existsSync(MODULE))
      run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", NODE, "thrift@0.24.0"]);
  } catch (error) {
    return `the libraries cannot be installed here: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
  }
  return undefined;
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: "ignore", cwd: FOLDER });
}

export interface Server {
  close(): Promise<void>;
}

/** Starts a server and waits until it serves. */
export async function startServer(
  library: Library,
  name: string,
  port: number,
  speech: Speech,
  service?: string,
): Promise<Server> {
  const child = peer(library, ["serve", name, `${port}`, ...speech, ...(service ? [service] : [])]);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let log = "";
  child.stderr.on("data", (text) => {
    log = (log + text).slice(-4_000);
  });
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => line === "ready" && resolve());
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
    child.once("error", reject);
  });
  return {
    close: async () => {
      child.stdin.end();
      const force = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(force);
    },
  };
}

/** What the client says of a scenario. */
export interface Line {
  readonly scenario: string;
  readonly value?: unknown;
  /** The declared exception. */
  readonly business?: string;
  /** The type of a TApplicationException. */
  readonly application?: number;
  readonly message?: string;
  /** Anything else that it fell over. */
  readonly error?: string;
  readonly ms: number;
}

/** Runs all scenarios over one connection. */
export function call(library: Library, port: number, speech: Speech, service?: string): Promise<Map<string, Line>> {
  return runClient(library, ["call", `${port}`, ...speech, ...(service ? [service] : [])]);
}

/** Calls `echo` twice at each port, with 2,000 bytes, over one connection; scenarios are `PORT/SEQUENCE`. */
export function echo(
  library: Library,
  ports: readonly number[],
  speech: Speech,
  service?: string,
): Promise<Map<string, Line>> {
  return runClient(library, ["echo", ports.join(","), ...speech, ...(service ? [service] : [])]);
}

async function runClient(library: Library, args: readonly string[]): Promise<Map<string, Line>> {
  const child = peer(library, args);
  child.stdin.end();
  let log = "";
  child.stderr.on("data", (text) => {
    log = (log + text).slice(-4_000);
  });
  const lines = new Map<string, Line>();
  createInterface(child.stdout).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    lines.set(line.scenario, line);
  });
  const force = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await new Promise<void>((resolve, reject) => {
    child.once("close", () => resolve());
    child.once("error", reject);
  });
  clearTimeout(force);
  if (lines.size === 0) throw new Error(`the client said nothing:\n${log}`);
  return lines;
}

function peer(library: Library, args: readonly string[]): ChildProcessWithoutNullStreams {
  if (library === "node") return spawn(process.execPath, [script("peer.cjs"), MODULE, ...args]);
  const env = { ...process.env, PYTHONPATH: PYTHON, PYTHONDONTWRITEBYTECODE: "1" };
  return spawn("python3", [script("peer.py"), ...args], { env });
}

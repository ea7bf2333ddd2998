import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LONG } from "../../support/index.js";
import { fromNpm, fromPyPi } from "../install.js";

const PYTHON = fromPyPi("thrift/python", "thrift==0.22.0");
const NODE = fromNpm("thrift/node", "thrift@0.24.0");
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export type Library = "python" | "node";
export type Speech = readonly [transport: string, protocol: string];

/** What each library speaks, in both directions. */
export const SPEECHES: Readonly<Record<Library, readonly Speech[]>> = {
  python: [
    ...[["unframed", "binary"] as const, ["unframed", "old"] as const, ["unframed", "compact"] as const],
    ...[["framed", "binary"] as const, ["framed", "old"] as const, ["framed", "compact"] as const],
    ...[["header", "binary"] as const, ["header", "compact"] as const],
  ],
  node: [
    ...[["unframed", "binary"] as const, ["unframed", "compact"] as const],
    ...[["framed", "binary"] as const, ["framed", "compact"] as const],
    ...[["header", "binary"] as const, ["header", "compact"] as const],
    // Has to be asked for, and its bytes are those of the other library.
    ...(LONG ? [["unframed", "old"] as const, ["framed", "old"] as const] : []),
  ],
};

/** The reason where the libraries cannot be had. */
export function missing(): string | undefined {
  return [PYTHON, NODE].flatMap((one) => ("missing" in one ? [one.missing] : []))[0];
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
  const installed = library === "node" ? NODE : PYTHON;
  if ("missing" in installed) throw new Error(installed.missing);
  const { folder } = installed;
  if (library === "node")
    return spawn(process.execPath, [script("peer.cjs"), `${folder}/node_modules/thrift`, ...args]);
  const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" };
  return spawn("python3", [script("peer.py"), ...args], { env });
}

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** How a codec's protocol passes a proxy. */
export type Lane = "request" | "session";

/** The export by which a codec says that its connections are sessions. */
const SESSION_EXPORT = "meltemi_lane_session";

/** A compiled WebAssembly module. */
export interface Module {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of `bytes`, in hexadecimal. */
  readonly sha256: string;
  /** Whether the proxy sees requests or whole sessions; a codec says it by an export. */
  readonly lane: Lane;
}

/** The modules that configuration may refer to, by name. */
export interface Modules {
  readonly codecs: ReadonlyMap<string, Module>;
  readonly http: ReadonlyMap<string, Module>;
}

/** Reads `codecs/*.wasm` and `http/*.wasm` below a folder; a missing folder has no modules. */
export async function readModules(folder: string): Promise<Modules> {
  return { codecs: await readAll(join(folder, "codecs")), http: await readAll(join(folder, "http")) };
}

async function readAll(folder: string): Promise<Map<string, Module>> {
  const modules = new Map<string, Module>();
  for (const file of (await list(folder)).sort()) {
    if (!file.endsWith(".wasm")) continue;
    const bytes = new Uint8Array(await readFile(join(folder, file)));
    const name = basename(file, ".wasm");
    modules.set(name, moduleOf(name, bytes));
  }
  return modules;
}

export function moduleOf(name: string, bytes: Uint8Array<ArrayBuffer>): Module {
  return { name, bytes, sha256: createHash("sha256").update(bytes).digest("hex"), lane: laneOf(bytes) };
}

function laneOf(bytes: Uint8Array<ArrayBuffer>): Lane {
  try {
    const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
    return names.includes(SESSION_EXPORT) ? "session" : "request";
  } catch {
    return "request"; // no module at all: that is the proxy's to complain of, with its own words
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

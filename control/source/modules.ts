import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Traits, traitsOf } from "./traits.js";

/** A compiled WebAssembly module. */
export interface Module extends Traits {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of `bytes`, in hexadecimal. */
  readonly sha256: string;
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
    modules.set(name, await described(file, moduleOf(name, bytes)));
  }
  return modules;
}

/** A module by its name and bytes, with what it says of itself. */
export async function moduleOf(name: string, bytes: Uint8Array): Promise<Module> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, bytes, sha256, ...(await traitsOf(bytes)) };
}

async function described(file: string, module: Promise<Module>): Promise<Module> {
  try {
    return await module;
  } catch (error) {
    throw new Error(`${file} is no module that can be used: ${error instanceof Error ? error.message : error}`);
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

import { createHash } from "node:crypto";
import { type Import, readInterface } from "./binary.js";
import { checkInterface } from "./check.js";
import { limitMemory, limitOf } from "./memory-limit.js";
import { ModuleError } from "./module-error.js";
import type { AbiVersion } from "./signatures.js";

/** A checked and compiled module. */
export interface LoadedModule {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly abi: AbiVersion;
  readonly imports: readonly Import[];
  readonly compiled: WebAssembly.Module;
}

/** As much as 32 bits address: no limit. */
const ALL_PAGES = 65536;

/** Compiled modules by the sha256 of their bytes; one stays as long as somebody holds it. */
export class ModuleCache {
  readonly #loading = new Map<string, Promise<LoadedModule>>();
  readonly #loaded = new Map<string, WeakRef<LoadedModule>>();

  /** @param pages what a module's memory may grow to, of 64 KiB each */
  constructor(private readonly pages = ALL_PAGES) {}

  /** Checks and compiles; throws a ModuleError that says what Envoy would refuse. */
  load(code: Uint8Array): Promise<LoadedModule> {
    const sha256 = createHash("sha256").update(code).digest("hex");
    const loaded = this.#loaded.get(sha256)?.deref();
    if (loaded) return Promise.resolve(loaded);
    const pending = this.#loading.get(sha256);
    if (pending) return pending;
    const loading = this.#load(code, sha256).finally(() => this.#loading.delete(sha256));
    this.#loading.set(sha256, loading);
    return loading;
  }

  async #load(code: Uint8Array, sha256: string): Promise<LoadedModule> {
    for (const [key, held] of this.#loaded) if (!held.deref()) this.#loaded.delete(key);
    const surface = readInterface(code);
    const { abi, problems } = checkInterface(surface);
    const [problem] = problems;
    if (problem !== undefined) throw new ModuleError(problem);
    const limited = limitMemory(code, this.pages);
    const imports = surface.imports.map((found) =>
      found.kind === "memory" ? { ...found, limits: limitOf(found.limits, this.pages) } : found,
    );
    let compiled: WebAssembly.Module;
    try {
      compiled = await WebAssembly.compile(limited);
    } catch (error) {
      throw new ModuleError(`the module does not compile: ${error instanceof Error ? error.message : String(error)}`);
    }
    const module = { sha256, abi, imports, compiled };
    this.#loaded.set(sha256, new WeakRef(module));
    return module;
  }
}

import { createHash } from "node:crypto";
import { type Import, type Interface, longType, ModuleError, readInterface } from "./binary.js";
import { AbiVersion, callbacks, hostFunctions, MARKERS } from "./signatures.js";

export { AbiVersion };

/** A checked and compiled module. */
export interface LoadedModule {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly abi: AbiVersion;
  readonly imports: readonly Import[];
  readonly compiled: WebAssembly.Module;
}

/** Compiled modules by the sha256 of their bytes; one stays as long as somebody holds it. */
export class ModuleCache {
  readonly #loading = new Map<string, Promise<LoadedModule>>();
  readonly #loaded = new Map<string, WeakRef<LoadedModule>>();

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
    const abi = abiOf(surface);
    checkImports(surface, abi);
    checkExports(surface, abi);
    let compiled: WebAssembly.Module;
    try {
      compiled = await WebAssembly.compile(code);
    } catch (error) {
      throw new ModuleError(`the module does not compile: ${error instanceof Error ? error.message : String(error)}`);
    }
    const module = { sha256, abi, imports: surface.imports, compiled };
    this.#loaded.set(sha256, new WeakRef(module));
    return module;
  }
}

function abiOf(surface: Interface): AbiVersion {
  const versions = [AbiVersion.V0_2_1, AbiVersion.V0_2_0, AbiVersion.V0_1_0];
  const newest = MARKERS.findIndex((marker) => surface.functions.has(marker));
  const version = versions[newest];
  if (version === undefined)
    throw new ModuleError(`no proxy-wasm ABI version: none of ${MARKERS.join(", ")} is exported`);
  return version;
}

function checkImports(surface: Interface, abi: AbiVersion): void {
  const known = hostFunctions(abi);
  for (const found of surface.imports) {
    const path = `${found.module}.${found.name}`;
    if (found.kind === "memory" || found.kind === "table") continue;
    if (found.kind !== "function")
      throw new ModuleError(`import ${path} is a ${found.kind}, which Envoy does not provide`);
    const type = known.get(path);
    if (type === undefined)
      throw new ModuleError(`import ${path} is nothing that Envoy provides to ABI ${abi}${hint(path)}`);
    if (type !== found.type) {
      throw new ModuleError(`import ${path} is declared as ${longType(found.type)}, expected ${longType(type)}`);
    }
  }
}

function checkExports(surface: Interface, abi: AbiVersion): void {
  for (const [name, expected] of callbacks(abi)) {
    const type = surface.functions.get(name);
    if (type === undefined || type === expected) continue;
    // A module with malloc does not need the other allocator, and a command has no use for main.
    if (name === "proxy_on_memory_allocate" && surface.functions.has("malloc")) continue;
    if (name === "main" && !surface.functions.has("_initialize")) continue;
    throw new ModuleError(`export ${name} has the type ${longType(type)}, expected ${longType(expected)}`);
  }
  if (!surface.functions.has("malloc") && !surface.functions.has("proxy_on_memory_allocate")) {
    throw new ModuleError("export malloc (or proxy_on_memory_allocate) is missing");
  }
  const imported = surface.imports.some((found) => found.kind === "memory");
  if (!surface.memories.includes("memory") && !imported) throw new ModuleError("export memory is missing");
}

function hint(path: string): string {
  if (path === "env.abort") return ": compile with --use abort=<a function that ends in unreachable>";
  if (path === "env.seed") return ": Math.random is not to be had, use WASI's random_get";
  if (path === "env.proxy_clear_route_cache") return ": call the foreign function clear_route_cache";
  return "";
}

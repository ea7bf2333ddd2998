import type { Interface } from "./binary.js";
import { longType } from "./input.js";
import { AbiVersion, callbacks, hostFunctions, MARKERS } from "./signatures.js";

/** What a module is, and everything for which Envoy would refuse it; each names the import or export. */
export interface Checked {
  /** Where no version is exported, the newest, by which the rest was looked at. */
  readonly abi: AbiVersion;
  readonly problems: readonly string[];
}

/** Compares a module's interface with what Envoy has for it. */
export function checkInterface(surface: Interface): Checked {
  const version = abiOf(surface);
  const abi = version ?? AbiVersion.V0_2_1;
  const missing = version === undefined ? [`no proxy-wasm ABI version: none of ${MARKERS.join(", ")} is exported`] : [];
  return { abi, problems: [...missing, ...importProblems(surface, abi), ...exportProblems(surface, abi)] };
}

/** The newest ABI that the module says it speaks. */
export function abiOf(surface: Interface): AbiVersion | undefined {
  const versions = [AbiVersion.V0_2_1, AbiVersion.V0_2_0, AbiVersion.V0_1_0];
  return versions[MARKERS.findIndex((marker) => surface.functions.has(marker))];
}

function* importProblems(surface: Interface, abi: AbiVersion): Generator<string> {
  const known = hostFunctions(abi);
  for (const found of surface.imports) {
    const path = `${found.module}.${found.name}`;
    if (found.kind === "memory" || found.kind === "table") continue;
    const type = known.get(path);
    if (found.kind !== "function") yield `import ${path} is a ${found.kind}, which Envoy does not provide`;
    else if (type === undefined) yield `import ${path} is nothing that Envoy provides to ABI ${abi}${hint(path)}`;
    else if (type !== found.type) {
      yield `import ${path} is declared as ${longType(found.type)}, expected ${longType(type)}`;
    }
  }
}

function* exportProblems(surface: Interface, abi: AbiVersion): Generator<string> {
  for (const [name, expected] of callbacks(abi)) {
    const type = surface.functions.get(name);
    if (type === undefined || type === expected) continue;
    if (nobodyLooksFor(name, surface)) continue;
    yield `export ${name} has the type ${longType(type)}, expected ${longType(expected)}`;
  }
  if (!surface.functions.has("malloc") && !surface.functions.has("proxy_on_memory_allocate")) {
    yield "export malloc (or proxy_on_memory_allocate) is missing";
  }
  const imported = surface.imports.some((found) => found.kind === "memory");
  if (!surface.memories.includes("memory") && !imported) yield "export memory is missing";
}

/** A module with malloc does not need the other allocator, a command has no use for main, nor a reactor for _start. */
function nobodyLooksFor(name: string, { functions }: Interface): boolean {
  if (name === "proxy_on_memory_allocate") return functions.has("malloc");
  if (name === "main" || name === "__main_void") return !functions.has("_initialize");
  return name === "_start" && functions.has("_initialize");
}

function hint(path: string): string {
  if (path === "env.abort") return ": compile with --use abort=<a function that ends in unreachable>";
  if (path === "env.seed") return ": Math.random is not to be had, use WASI's random_get";
  if (path === "env.proxy_clear_route_cache") return ": call the foreign function clear_route_cache";
  return "";
}

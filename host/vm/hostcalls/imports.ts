import { AbiVersion, type LoadedModule } from "../module/index.js";
import type { Vm } from "../vm.js";
import { bufferCalls } from "./buffers.js";
import { calloutCalls } from "./callouts.js";
import { foreignCalls } from "./foreign.js";
import { generalCalls } from "./general.js";
import { headerCalls } from "./headers.js";
import { metricCalls } from "./metrics.js";
import { propertyCalls } from "./properties.js";
import { sharedCalls } from "./shared.js";
import { legacyCalls, streamCalls } from "./streams.js";
import { wasiCalls } from "./wasi.js";

/** Everything a module may import, and the memory that it wants the host to make. */
export function importsOf(vm: Vm, module: LoadedModule): { imports: WebAssembly.Imports; memory?: WebAssembly.Memory } {
  const proxy = {
    ...generalCalls(vm),
    ...propertyCalls(vm),
    ...headerCalls(vm),
    ...bufferCalls(vm),
    ...streamCalls(vm),
    ...calloutCalls(vm),
    ...sharedCalls(vm),
    ...metricCalls(vm),
    ...foreignCalls(vm),
    ...(module.abi === AbiVersion.V0_1_0 ? legacyCalls(vm) : {}),
  };
  const env: Record<string, unknown> = {
    pthread_equal: (a: number, b: number) => Number(a === b),
    emscripten_notify_memory_growth: () => {},
    envoy_resolve_dns: generalCalls(vm).resolve_dns,
  };
  for (const [name, call] of Object.entries(proxy)) env[`proxy_${name}`] = call;
  const wasi = wasiCalls(vm);
  const imports: WebAssembly.Imports = { env, wasi_snapshot_preview1: wasi, wasi_unstable: { ...wasi } };
  return { imports, ...ownMemory(imports, module) };
}

/** Memories and tables that the module imports, rather than having its own. */
function ownMemory(imports: WebAssembly.Imports, module: LoadedModule): { memory?: WebAssembly.Memory } {
  let memory: WebAssembly.Memory | undefined;
  for (const found of module.imports) {
    if (found.kind !== "memory" && found.kind !== "table") continue;
    const made =
      found.kind === "memory"
        ? new WebAssembly.Memory(found.limits)
        : new WebAssembly.Table({ element: "anyfunc", ...found.limits });
    if (made instanceof WebAssembly.Memory) memory = made;
    const names = imports[found.module] ?? {};
    names[found.name] = made;
    imports[found.module] = names;
  }
  return memory ? { memory } : {};
}

import { createHash } from "node:crypto";
import { type LoadedModule, ModuleCache, ModuleError } from "../module/index.js";
import type { VmServices } from "../services.js";
import { WorkerState } from "../state/index.js";
import type { PluginOptions, PluginResult, SharedState, VmOptions, VmRegistry, VmStatus } from "../types.js";
import { LoadedPlugin } from "./plugin.js";
import { SharedVm } from "./shared-vm.js";

const PAGE_BYTES = 65536;

/** All VMs of a worker. */
export function createVmRegistry(services: VmServices): VmRegistry {
  return new Registry(services);
}

class Registry implements VmRegistry {
  readonly #modules: ModuleCache;
  readonly #worker = new WorkerState();
  readonly #vms = new Map<string, { readonly vmId: string; readonly vm: SharedVm }>();

  constructor(private readonly services: VmServices) {
    const { maxMemoryBytes } = services;
    this.#modules = new ModuleCache(maxMemoryBytes === undefined ? undefined : Math.floor(maxMemoryBytes / PAGE_BYTES));
  }

  async plugin(options: PluginOptions): Promise<PluginResult> {
    const refuse = (reason: string) => ({ ok: false as const, reason: `Wasm plugin "${options.name}": ${reason}` });
    if (options.failOpen && options.failurePolicy) return refuse("both fail_open and failure_policy are set");
    let module: LoadedModule;
    try {
      module = await this.#modules.load(options.vm.code);
    } catch (error) {
      if (error instanceof ModuleError) return refuse(error.message);
      throw error;
    }
    const vm = this.#vm(module, options.vm);
    // Held while it is tried, so that a refused first plugin takes its VM along.
    vm.enter();
    try {
      const reason = vm.canary(options);
      if (reason !== undefined) return refuse(reason);
      const acquired = vm.acquire(options);
      if ("reason" in acquired) return refuse(acquired.reason);
      return { ok: true, plugin: new LoadedPlugin(options, this.#surroundings, vm, acquired.hold) };
    } finally {
      vm.leave();
    }
  }

  vms(): readonly VmStatus[] {
    return Array.from(this.#vms.values(), ({ vm }) => vm.status());
  }

  shared(vmId: string): SharedState {
    return { data: this.#worker.sharedData.all(vmId), queues: this.#worker.queues.all(vmId) };
  }

  close(): void {
    for (const { vm } of this.#vms.values()) vm.end();
    this.#vms.clear();
  }

  get #surroundings() {
    return { services: this.services, worker: this.#worker };
  }

  #vm(module: LoadedModule, options: VmOptions): SharedVm {
    const key = keyOf(module, options);
    const known = this.#vms.get(key);
    if (known) return known.vm;
    const vm = new SharedVm(module, options, this.#surroundings, () => {
      if (this.#vms.get(key)?.vm !== vm) return;
      this.#vms.delete(key);
      const others = [...this.#vms.values()].some((other) => other.vmId === options.vmId);
      if (!others) this.#worker.forget(options.vmId);
    });
    this.#vms.set(key, { vmId: options.vmId, vm });
    return vm;
  }
}

/** Envoy's key of a VM: id, configuration and code. */
function keyOf(module: LoadedModule, options: VmOptions): string {
  const hash = createHash("sha256").update(`${options.vmId.length}:${options.vmId}`).update(module.sha256);
  return hash.update(options.configuration ?? new Uint8Array(0)).digest("hex");
}

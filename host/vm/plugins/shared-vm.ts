import { RootContext } from "../contexts/index.js";
import type { LoadedModule } from "../module/index.js";
import type { PluginOptions, VmOptions, VmStatus } from "../types.js";
import type { Vm } from "../vm.js";
import { createVm, type Surroundings } from "./instance.js";
import { RootHold } from "./root-hold.js";

/** A root, or why there is none. */
export type Acquired = { readonly hold: RootHold } | { readonly reason: string };

const NONE = new Uint8Array(0);

/** The VM of one vm_id, configuration and code: at most one instance lives, and a dead one is replaced when asked for. */
export class SharedVm {
  #vm: Vm | undefined;
  readonly #roots = new Map<PluginOptions, RootHold>();
  #plugins = 0;

  constructor(
    private readonly module: LoadedModule,
    private readonly options: VmOptions,
    private readonly surroundings: Surroundings,
    private readonly unused: () => void,
  ) {}

  /** Tries a configuration in a throw-away instance, which ends without callbacks. The reason where it does not do. */
  canary(plugin: PluginOptions): string | undefined {
    if (this.#find(plugin)?.alive) return undefined;
    const vm = this.#create();
    const reason = vm.failure ?? this.#newRoot(vm, plugin).start();
    vm.end();
    return reason;
  }

  /** The root of a plugin, an equal one's where there is one, in the live instance. */
  acquire(plugin: PluginOptions): Acquired {
    const shared = this.#find(plugin);
    if (shared?.alive) return { hold: shared.retain() };
    if (!this.#vm || this.#vm.failure !== undefined) this.#vm = this.#create();
    const vm = this.#vm;
    if (vm.failure !== undefined) return { reason: vm.failure };
    const root = this.#newRoot(vm, plugin);
    const reason = root.start();
    if (reason !== undefined) {
      root.release();
      vm.contexts.delete(root.id);
      return { reason };
    }
    const hold = new RootHold(vm, root, () => {
      if (this.#roots.get(plugin) === hold) this.#roots.delete(plugin);
      this.#endWhenUnused();
    });
    this.#roots.set(plugin, hold);
    return { hold };
  }

  /** A plugin that stays even while it has no root. */
  enter(): void {
    this.#plugins++;
  }

  leave(): void {
    this.#plugins--;
    this.#endWhenUnused();
  }

  end(): void {
    this.#vm?.end();
  }

  status(): VmStatus {
    const { memory, contexts, failure } = this.#vm ?? { memory: undefined, contexts: undefined, failure: undefined };
    return {
      vmId: this.options.vmId,
      sha256: this.module.sha256,
      memoryBytes: memory?.bytes.length ?? 0,
      contexts: contexts?.size ?? 0,
      failure,
    };
  }

  #endWhenUnused(): void {
    if (this.#plugins > 0 || this.#roots.size > 0) return;
    this.end();
    this.unused();
  }

  #find(plugin: PluginOptions): RootHold | undefined {
    for (const [known, hold] of this.#roots) if (hold.alive && samePlugin(known, plugin)) return hold;
    return undefined;
  }

  #create(): Vm {
    return createVm(this.module, this.options, this.surroundings);
  }

  #newRoot(vm: Vm, plugin: PluginOptions): RootContext {
    const identity = { name: plugin.name, rootId: plugin.rootId, vmId: this.options.vmId };
    return new RootContext(vm, identity, plugin.configuration ?? NONE, plugin.properties);
  }
}

function samePlugin(a: PluginOptions, b: PluginOptions): boolean {
  const same = a.name === b.name && a.rootId === b.rootId && a.properties === b.properties;
  return same && Buffer.compare(a.configuration ?? NONE, b.configuration ?? NONE) === 0;
}

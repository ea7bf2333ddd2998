import { FOREIGN_FUNCTIONS } from "../foreign/index.js";
import { importsOf } from "../hostcalls/index.js";
import type { LoadedModule } from "../module/index.js";
import type { VmServices } from "../services.js";
import { MetricTable, systemClock, type WorkerState } from "../state/index.js";
import { Tracer } from "../trace/index.js";
import type { VmOptions } from "../types.js";
import { Vm } from "../vm.js";

/** What the VMs of a registry have in common. */
export interface Surroundings {
  readonly services: VmServices;
  readonly worker: WorkerState;
}

/** A new instance of a module, initialised; `failure` says whether it lives. */
export function createVm(module: LoadedModule, options: VmOptions, { services, worker }: Surroundings): Vm {
  const state = {
    sharedData: worker.sharedData,
    queues: worker.queues,
    metrics: new MetricTable(services.metrics ?? worker.metrics),
    clock: services.clock ?? systemClock,
    foreignFunctions: new Map([...FOREIGN_FUNCTIONS, ...(services.foreignFunctions ?? [])]),
  };
  const vm = new Vm({ module, options, services, state });
  const { imports, memory } = importsOf(vm, module);
  const tracer = services.trace && new Tracer(services.trace, () => vm.memory);
  try {
    const { exports } = new WebAssembly.Instance(module.compiled, tracer?.imports(imports) ?? imports);
    const own = exports["memory"];
    const used = own instanceof WebAssembly.Memory ? own : memory;
    if (used) vm.start(tracer?.exports(exports) ?? exports, used);
    else vm.fail("instantiation", "the module has no memory");
  } catch (error) {
    vm.fail("instantiation", error);
  }
  return vm;
}

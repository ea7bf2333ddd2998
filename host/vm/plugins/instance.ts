import { importsOf } from "../hostcalls/index.js";
import { Vm, type VmEnvironment } from "../vm.js";

/** A new instance of a module, initialised; `failure` says whether it lives. */
export function createVm(environment: VmEnvironment): Vm {
  const vm = new Vm(environment);
  const { imports, memory } = importsOf(vm, environment.module);
  try {
    const instance = new WebAssembly.Instance(environment.module.compiled, imports);
    const own = instance.exports["memory"];
    const used = own instanceof WebAssembly.Memory ? own : memory;
    if (used) vm.start(instance, used);
    else vm.fail("instantiation", "the module has no memory");
  } catch (error) {
    vm.fail("instantiation", error);
  }
  return vm;
}

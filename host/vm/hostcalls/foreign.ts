import { Status } from "../abi.js";
import type { Vm } from "../vm.js";

/** call_foreign_function. */
export function foreignCalls(vm: Vm) {
  return {
    call_foreign_function(
      name: number,
      nameLength: number,
      argument: number,
      argumentLength: number,
      pointerOut: number,
      lengthOut: number,
    ): Status {
      const context = vm.callee;
      const text = vm.memory.text(name, nameLength);
      const bytes = vm.memory.copy(argument, argumentLength);
      if (text === undefined || !bytes) return Status.InvalidMemoryAccess;
      const call = vm.state.foreignFunctions.get(text);
      if (!call) return Status.NotFound;
      const result = call(bytes, {
        clearRouteCache: () => context.clearRouteCache(),
        setFilterState: (key, value, span) => context.filterState?.setObject(key, value, span) ?? Status.NotFound,
        // Envoy declares on the context that runs, not on the effective one.
        declareProperty: (path, declaration) => vm.current.declare(path, declaration),
      });
      const given = result instanceof Uint8Array ? result : NONE;
      if (!giveAsked(vm, given, pointerOut, lengthOut)) return Status.InvalidMemoryAccess;
      return result instanceof Uint8Array ? Status.Ok : result;
    },
  };
}

/** Only here a module may pass 0 for what it does not want to know. */
function giveAsked(vm: Vm, bytes: Uint8Array, pointerOut: number, lengthOut: number): boolean {
  if (pointerOut !== 0 && lengthOut !== 0) return vm.give(bytes, pointerOut, lengthOut);
  if (lengthOut !== 0) return vm.memory.setU32(lengthOut, bytes.length);
  return pointerOut === 0 || vm.give(bytes, pointerOut, pointerOut);
}

const NONE = new Uint8Array(0);

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
        plugin: context.root ?? context,
        // Envoy evaluates and declares on the context that runs, not on the effective one.
        property: (property) => vm.current.property(property),
        clearRouteCache: () => context.clearRouteCache(),
        setFilterState: (key, value, span) => context.filterState?.setObject(key, value, span) ?? Status.NotFound,
        declareProperty: (path, declaration) => vm.current.declare(path, declaration),
      });
      const asked = giveAsked(vm, result instanceof Uint8Array ? result : undefined, pointerOut, lengthOut);
      if (!asked) return Status.InvalidMemoryAccess;
      return result instanceof Uint8Array ? Status.Ok : result;
    },
  };
}

/** Only here a module may pass 0 for what it does not want to know. */
function giveAsked(vm: Vm, result: Uint8Array | undefined, pointerOut: number, lengthOut: number): boolean {
  // A result of no bytes is allocated all the same; no result is not.
  const pointer = result?.length === 0 && pointerOut !== 0 ? vm.allocate(0) : undefined;
  if (pointer !== undefined) {
    return vm.memory.setU32(pointerOut, pointer) && (lengthOut === 0 || vm.memory.setU32(lengthOut, 0));
  }
  const bytes = result ?? NONE;
  if (pointerOut !== 0 && lengthOut !== 0) return vm.give(bytes, pointerOut, lengthOut);
  if (lengthOut !== 0) return vm.memory.setU32(lengthOut, bytes.length);
  return pointerOut === 0 || vm.give(bytes, pointerOut, pointerOut);
}

const NONE = new Uint8Array(0);

import { Status } from "../abi.js";
import { findProperty, serialise } from "../properties/index.js";
import type { Vm } from "../vm.js";

/** Properties, and the configuration as ABI 0.1.0 reads it. */
export function propertyCalls(vm: Vm) {
  return {
    get_property(path: number, pathLength: number, pointerOut: number, lengthOut: number): Status {
      const context = vm.callee;
      const text = vm.memory.byteString(path, pathLength);
      if (text === undefined) return Status.InvalidMemoryAccess;
      // Envoy finds the root of all properties, which cannot be written.
      const found = text === "" ? null : findProperty(context, text);
      if (found === undefined) return Status.NotFound;
      const bytes = serialise(found);
      if (bytes === undefined) return Status.SerializationFailure;
      return vm.give(bytes, pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    set_property(path: number, pathLength: number, value: number, valueLength: number): Status {
      const context = vm.callee;
      const text = vm.memory.byteString(path, pathLength);
      const bytes = vm.memory.copy(value, valueLength);
      if (text === undefined || !bytes) return Status.InvalidMemoryAccess;
      const declared = context.root?.declarations.get(text) ?? { readOnly: false, span: 0 };
      return context.filterState?.set(`wasm.${text}`, bytes, declared) ?? Status.NotFound;
    },
  };
}

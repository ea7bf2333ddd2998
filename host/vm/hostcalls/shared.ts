import { Status } from "../abi.js";
import type { Vm } from "../vm.js";

/** Shared data and queues; both are scoped by vm_id. */
export function sharedCalls(vm: Vm) {
  const { sharedData, queues } = vm.state;
  const own = vm.options.vmId;
  return {
    get_shared_data(key: number, keyLength: number, pointerOut: number, lengthOut: number, casOut: number): Status {
      const name = vm.callee && vm.memory.byteString(key, keyLength);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const value = sharedData.get(own, name);
      if (!value) return Status.NotFound;
      if (!vm.give(value.bytes, pointerOut, lengthOut)) return Status.InvalidMemoryAccess;
      return vm.memory.setU32(casOut, value.cas) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    set_shared_data(key: number, keyLength: number, value: number, valueLength: number, cas: number): Status {
      const name = vm.callee && vm.memory.byteString(key, keyLength);
      const bytes = vm.memory.copy(value, valueLength);
      if (name === undefined || !bytes) return Status.InvalidMemoryAccess;
      return sharedData.set(own, name, bytes, cas >>> 0);
    },

    register_shared_queue(name: number, nameLength: number, tokenOut: number): Status {
      const root = vm.callee.root;
      const text = vm.memory.byteString(name, nameLength);
      if (!root || text === undefined) return Status.InvalidMemoryAccess;
      const token = queues.register(own, text, (ready) => root.queueReady(ready));
      return vm.memory.setU32(tokenOut, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    resolve_shared_queue(vmId: number, vmIdLength: number, name: number, nameLength: number, tokenOut: number): Status {
      const of = vm.callee && vm.memory.text(vmId, vmIdLength);
      const text = vm.memory.byteString(name, nameLength);
      if (of === undefined || text === undefined) return Status.InvalidMemoryAccess;
      const token = queues.resolve(of === "" ? own : of, text);
      if (token === undefined) return Status.NotFound;
      return vm.memory.setU32(tokenOut, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    enqueue_shared_queue(token: number, pointer: number, length: number): Status {
      const bytes = vm.callee && vm.memory.copy(pointer, length);
      return bytes ? queues.enqueue(token >>> 0, bytes) : Status.InvalidMemoryAccess;
    },

    dequeue_shared_queue(token: number, pointerOut: number, lengthOut: number): Status {
      const item = vm.callee && queues.dequeue(token >>> 0);
      if (!(item instanceof Uint8Array)) return item;
      return vm.give(item, pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };
}

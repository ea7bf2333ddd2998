import { BufferType, Status } from "../abi.js";
import type { Vm } from "../vm.js";

/** Bodies, connection data, configurations. */
export function bufferCalls(vm: Vm) {
  return {
    /** Clamps to what is there; nothing left is pointer 0, length 0. */
    get_buffer_bytes(type: number, start: number, length: number, pointerOut: number, lengthOut: number): Status {
      if (type >>> 0 > BufferType.CallData) return Status.BadArgument;
      const buffer = vm.callee.buffer(type);
      if (buffer === undefined) return Status.NotFound;
      const from = start >>> 0;
      const until = from + (length >>> 0);
      const bytes = bytesOf(buffer).subarray(from, until);
      return vm.give(bytes, pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    /** Flags are always 0. */
    get_buffer_status(type: number, lengthOut: number, flagsOut: number): Status {
      if (type >>> 0 > BufferType.CallData) return Status.BadArgument;
      const buffer = vm.callee.buffer(type);
      if (buffer === undefined) return Status.NotFound;
      const length = buffer === "empty" ? 0 : buffer.length;
      return vm.memory.setU32(lengthOut, length) && vm.memory.setU32(flagsOut, 0)
        ? Status.Ok
        : Status.InvalidMemoryAccess;
    },

    /** From 0: drains `length`, then prepends. At or past the end: appends. In between: Envoy's buffers cannot. */
    set_buffer_bytes(type: number, start: number, length: number, pointer: number, size: number): Status {
      if (type >>> 0 > BufferType.CallData) return Status.BadArgument;
      const buffer = vm.callee.buffer(type);
      if (buffer === undefined) return Status.NotFound;
      const bytes = vm.memory.copy(pointer, size);
      if (!bytes) return Status.InvalidMemoryAccess;
      if (buffer === "empty" || buffer instanceof Uint8Array) return Status.BadArgument;
      const from = start >>> 0;
      if (from === 0) {
        if (length !== 0) buffer.drain(length >>> 0);
        buffer.prepend(bytes);
        return Status.Ok;
      }
      if (from < buffer.length) return Status.BadArgument;
      buffer.append(bytes);
      return Status.Ok;
    },
  };
}

const NONE = new Uint8Array(0);

function bytesOf(buffer: Exclude<ReturnType<Vm["callee"]["buffer"]>, undefined>): Uint8Array {
  if (buffer === "empty") return NONE;
  return buffer instanceof Uint8Array ? buffer : buffer.view();
}

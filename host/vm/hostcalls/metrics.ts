import { Status } from "../abi.js";
import type { Vm } from "../vm.js";

/** Counters, gauges and histograms. */
export function metricCalls(vm: Vm) {
  const { metrics } = vm.state;
  return {
    define_metric(type: number, name: number, nameLength: number, idOut: number): Status {
      const text = vm.callee && vm.memory.text(name, nameLength);
      if (text === undefined) return Status.InvalidMemoryAccess;
      const id = metrics.define(type >>> 0, text);
      if (id === undefined) return Status.BadArgument;
      return vm.memory.setU32(idOut, id) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    increment_metric(id: number, by: bigint): Status {
      return vm.callee && metrics.increment(id >>> 0, by);
    },

    record_metric(id: number, value: bigint): Status {
      return vm.callee && metrics.record(id >>> 0, value);
    },

    get_metric(id: number, out: number): Status {
      const value = vm.callee && metrics.get(id >>> 0);
      if (typeof value !== "bigint") return value;
      return vm.memory.setU64(out, value) ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };
}

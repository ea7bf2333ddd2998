import { LogLevel, Status } from "../abi.js";
import type { Vm } from "../vm.js";

/** Log, time, ticks, status, contexts. */
export function generalCalls(vm: Vm) {
  return {
    log(level: number, pointer: number, length: number): Status {
      if (level >>> 0 > LogLevel.Critical) return Status.BadArgument;
      const view = vm.memory.view(pointer, length);
      if (!view) return Status.InvalidMemoryAccess;
      if (level < (vm.services.logLevel ?? LogLevel.Info)) return Status.Ok;
      vm.log(level, Buffer.from(view).toString("utf8"), vm.speaker);
      return Status.Ok;
    },

    get_log_level(out: number): Status {
      const level = vm.callee && (vm.services.logLevel ?? LogLevel.Info);
      return vm.memory.setU32(out, level) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    get_current_time_nanoseconds(out: number): Status {
      return vm.callee && vm.memory.setU64(out, vm.state.clock.now()) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    set_tick_period_milliseconds(period: number): Status {
      vm.callee.root?.setTickPeriod(period >>> 0);
      return Status.Ok;
    },

    get_status(codeOut: number, pointerOut: number, lengthOut: number): Status {
      const { code, message } = vm.callee.status;
      if (!vm.memory.setU32(codeOut, code)) return Status.InvalidMemoryAccess;
      return vm.give(Buffer.from(message, "utf8"), pointerOut, lengthOut) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    set_effective_context(id: number): Status {
      return vm.callee && vm.setEffective(id >>> 0) ? Status.Ok : Status.BadArgument;
    },

    done(): Status {
      return vm.callee.root?.done() ?? Status.NotFound;
    },

    /** Envoy's own addition: `envoy_resolve_dns`. */
    resolve_dns(name: number, nameLength: number, tokenOut: number): Status {
      const root = vm.callee.root;
      const text = vm.memory.text(name, nameLength);
      if (!root || text === undefined) return Status.InvalidMemoryAccess;
      const token = vm.nextDnsToken();
      return vm.memory.setU32(tokenOut, token) ? root.resolveDns(token, text) : Status.InvalidMemoryAccess;
    },
  };
}

import { randomFillSync } from "node:crypto";
import { LogLevel } from "../abi.js";
import type { Vm } from "../vm.js";

/** WASI errors that Envoy answers with. */
enum Errno {
  Success = 0,
  Badf = 8,
  Notdirectory = 20,
  Fault = 21,
  Inval = 28,
  Noent = 44,
  Nosys = 52,
  Notsup = 58,
}

const MOST_RANDOM = 65536;
const STDOUT = 1;
const STDERR = 2;
const REALTIME = 0;
const MONOTONIC = 1;
const RIGHT_FD_WRITE = 64n;

/** WASI preview 1 as Envoy has it: standard output becomes log lines, there are no files, sockets or arguments. */
export function wasiCalls(vm: Vm): Record<string, unknown> {
  return { ...outputs(vm), ...environment(vm), ...clocks(vm), ...answers(vm) };
}

function outputs(vm: Vm) {
  const write = (fd: number, vectors: number, count: number, writtenOut: number): Errno => {
    vm.outsideStartSection();
    if (fd !== STDOUT && fd !== STDERR) return Errno.Badf;
    const parts: Uint8Array[] = [];
    for (let i = 0; i < count >>> 0; i++) {
      const pointer = vm.memory.u32(vectors + i * 8);
      const length = vm.memory.u32(vectors + i * 8 + 4);
      const part = pointer === undefined || length === undefined ? undefined : vm.memory.view(pointer, length);
      if (!part) return Errno.Fault;
      parts.push(part);
    }
    const all = Buffer.concat(parts);
    if (all.length > 0) {
      const end = all[all.length - 1] === 0x0a ? all.length - 1 : all.length;
      const level = fd === STDOUT ? LogLevel.Info : LogLevel.Error;
      if (level >= (vm.services.logLevel ?? LogLevel.Info)) vm.log(level, all.toString("utf8", 0, end), vm.speaker);
    }
    return vm.memory.setU32(writtenOut, all.length) ? Errno.Success : Errno.Fault;
  };
  return {
    fd_write: write,
    fd_pwrite(fd: number, vectors: number, count: number, _offset: bigint, writtenOut: number): Errno {
      vm.outsideAllocator();
      return write(fd, vectors, count, writtenOut);
    },
  };
}

function environment(vm: Vm) {
  const variables = Object.entries(vm.options.environment ?? {}).map(([name, value]) =>
    Buffer.from(`${name}=${value}\0`),
  );
  return {
    environ_sizes_get(countOut: number, sizeOut: number): Errno {
      vm.outsideAllocator();
      const size = variables.reduce((total, variable) => total + variable.length, 0);
      return vm.memory.setU32(countOut, variables.length) && vm.memory.setU32(sizeOut, size)
        ? Errno.Success
        : Errno.Fault;
    },
    environ_get(listOut: number, textOut: number): Errno {
      vm.outsideAllocator();
      let list = listOut;
      let text = textOut;
      for (const variable of variables) {
        if (!vm.memory.setU32(list, text) || !vm.memory.set(text, variable)) return Errno.Fault;
        list += 4;
        text += variable.length;
      }
      return Errno.Success;
    },
    args_sizes_get(countOut: number, sizeOut: number): Errno {
      vm.outsideAllocator();
      return vm.memory.setU32(countOut, 0) && vm.memory.setU32(sizeOut, 0) ? Errno.Success : Errno.Fault;
    },
    args_get(): Errno {
      vm.outsideAllocator();
      return Errno.Success;
    },
    random_get(pointer: number, length: number): Errno {
      vm.outsideAllocator();
      if (length >>> 0 > MOST_RANDOM) return Errno.Inval;
      const view = vm.memory.view(pointer, length);
      if (!view) return Errno.Fault;
      randomFillSync(view);
      return Errno.Success;
    },
  };
}

function clocks(vm: Vm) {
  return {
    clock_time_get(id: number, _precision: bigint, out: number): Errno {
      vm.outsideStartSection();
      if (id !== REALTIME && id !== MONOTONIC) return Errno.Notsup;
      const { clock } = vm.state;
      return vm.memory.setU64(out, id === REALTIME ? clock.now() : clock.monotonic()) ? Errno.Success : Errno.Fault;
    },
    clock_res_get(id: number, out: number): Errno {
      vm.outsideAllocator();
      if (id !== REALTIME && id !== MONOTONIC) return Errno.Notsup;
      return vm.memory.setU64(out, 1n) ? Errno.Success : Errno.Fault;
    },
    poll_oneoff(_in: number, _out: number, _count: number, eventsOut: number): Errno {
      vm.outsideStartSection();
      return vm.memory.setU32(eventsOut, 0) ? Errno.Success : Errno.Fault;
    },
  };
}

/** Everything that has one answer, whatever is asked. */
function answers(vm: Vm): Record<string, unknown> {
  const calls: Record<string, unknown> = {};
  const give = (names: string, answer: (fd: number) => Errno | undefined) => {
    for (const name of names.split(" ")) {
      calls[name] = (fd: number) => {
        vm.outsideAllocator();
        return answer(fd);
      };
    }
  };
  const ofOutputs = (fd: number) => (fd === STDOUT || fd === STDERR ? Errno.Success : Errno.Badf);
  give("fd_seek fd_close fd_advise sched_yield", () => Errno.Success);
  give("fd_read fd_pread fd_fdstat_set_flags fd_prestat_dir_name", () => Errno.Nosys);
  give("fd_prestat_get fd_filestat_get", () => Errno.Badf);
  give(
    "fd_allocate fd_datasync fd_sync fd_tell fd_fdstat_set_rights fd_filestat_set_size fd_filestat_set_times",
    ofOutputs,
  );
  give("fd_renumber", (fd) => (ofOutputs(fd) === Errno.Success ? Errno.Notsup : Errno.Badf));
  give("fd_readdir", () => Errno.Notdirectory);
  give("path_open", () => Errno.Noent);
  give("path_create_directory path_filestat_get path_filestat_set_times path_link path_readlink", () => Errno.Notsup);
  give("path_remove_directory path_rename path_symlink path_unlink_file", () => Errno.Notsup);
  give("sock_accept sock_recv sock_send sock_shutdown", () => Errno.Notsup);
  // It returns on Envoy: a module that wants to end must trap.
  give("proc_exit", () => undefined);
  calls["fd_fdstat_get"] = (fd: number, out: number) => {
    vm.outsideAllocator();
    if (ofOutputs(fd) !== Errno.Success) return Errno.Badf;
    vm.memory.setU64(out, 0n);
    vm.memory.setU64(out + 8, RIGHT_FD_WRITE);
    vm.memory.setU64(out + 16, 0n);
    return Errno.Success;
  };
  return calls;
}

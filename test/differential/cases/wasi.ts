import { wat } from "../../../host/vm/spec/kit.support.js";
import type { Case } from "../case.js";
import { type Call, codesModule, EDGE, EMPTY_VECTOR, OUT, OUTSIDE, PAGE, VECTOR, WILD_VECTOR } from "../codes.js";

const FILE_DESCRIPTORS = [0, 1, 2, 3, -1];

/** Every function of WASI preview 1 that Envoy has, with descriptors and places of every kind. */
const CALLS: readonly Call[] = [
  ["args_sizes_get", "i32 i32", [OUT, OUT + 4], [OUT, 8]],
  ["args_sizes_get", "i32 i32", [EDGE, OUT]],
  ["args_get", "i32 i32", [OUT, OUT + 4]],
  ["environ_sizes_get", "i32 i32", [OUT, OUT + 4], [OUT, 8]],
  ["environ_sizes_get", "i32 i32", [OUT, OUTSIDE]],
  ["environ_get", "i32 i32", [OUT, OUT + 16], [OUT, 30]],
  ["environ_get", "i32 i32", [OUTSIDE, OUT]],
  ["clock_res_get", "i32 i32", [0, OUT], [OUT, 8]],
  ["clock_res_get", "i32 i32", [1, OUT], [OUT, 8]],
  ["clock_res_get", "i32 i32", [2, OUT]],
  ["clock_res_get", "i32 i32", [0, OUTSIDE]],
  ["clock_time_get", "i32 i64 i32", [0, 0, OUT]],
  ["clock_time_get", "i32 i64 i32", [1, 0, OUT]],
  ["clock_time_get", "i32 i64 i32", [2, 0, OUT]],
  ["clock_time_get", "i32 i64 i32", [3, 0, OUT]],
  ["clock_time_get", "i32 i64 i32", [0, 0, OUTSIDE]],
  ["random_get", "i32 i32", [OUT, 16]],
  ["random_get", "i32 i32", [OUT, 0]],
  ["random_get", "i32 i32", [PAGE, 65_536]],
  ["random_get", "i32 i32", [PAGE, 65_537]],
  ["random_get", "i32 i32", [EDGE, 100]],
  ["random_get", "i32 i32", [OUT, -1]],
  ["sched_yield", "", []],
  ["poll_oneoff", "i32 i32 i32 i32", [0, 0, 1, OUT], [OUT, 4]],
  ["poll_oneoff", "i32 i32 i32 i32", [0, 0, 0, OUTSIDE]],
  ...FILE_DESCRIPTORS.flatMap(ofDescriptor),
  ["fd_write", "i32 i32 i32 i32", [1, EMPTY_VECTOR, 1, OUT], [OUT, 4]],
  ["fd_write", "i32 i32 i32 i32", [1, VECTOR, 0, OUT], [OUT, 4]],
  ["fd_write", "i32 i32 i32 i32", [1, VECTOR, 2, OUT], [OUT, 4]],
  ["fd_write", "i32 i32 i32 i32", [2, WILD_VECTOR, 1, OUT]],
  ["fd_write", "i32 i32 i32 i32", [1, EDGE, 1, OUT]],
  ["fd_write", "i32 i32 i32 i32", [1, VECTOR, 1, OUTSIDE]],
  ["fd_fdstat_get", "i32 i32", [1, OUTSIDE]],
  ["path_create_directory", "i32 i32 i32", [3, 0, 1]],
  ["path_filestat_get", "i32 i32 i32 i32 i32", [3, 0, 0, 1, OUT]],
  ["path_filestat_set_times", "i32 i32 i32 i32 i64 i64 i32", [3, 0, 0, 1, 0, 0, 0]],
  ["path_link", "i32 i32 i32 i32 i32 i32", [3, 0, 0, 1, 3, 0]],
  ["path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32", [3, 0, 0, 1, 0, 0, 0, 0, OUT]],
  ["path_readlink", "i32 i32 i32 i32 i32 i32", [3, 0, 1, OUT, 8, OUT + 8]],
  ["path_remove_directory", "i32 i32 i32", [3, 0, 1]],
  ["path_rename", "i32 i32 i32 i32 i32 i32", [3, 0, 1, 3, 0, 1]],
  ["path_symlink", "i32 i32 i32 i32", [0, 1, 3, 0]],
  ["path_unlink_file", "i32 i32 i32", [3, 0, 1]],
];

function ofDescriptor(fd: number): Call[] {
  return [
    ["fd_write", "i32 i32 i32 i32", [fd, VECTOR, 1, OUT], [OUT, 4]],
    ["fd_pwrite", "i32 i32 i32 i64 i32", [fd, VECTOR, 1, 5, OUT], [OUT, 4]],
    ["fd_read", "i32 i32 i32 i32", [fd, VECTOR, 1, OUT]],
    ["fd_pread", "i32 i32 i32 i64 i32", [fd, VECTOR, 1, 0, OUT]],
    ["fd_seek", "i32 i64 i32 i32", [fd, 0, 0, OUT]],
    ["fd_tell", "i32 i32", [fd, OUT]],
    ["fd_close", "i32", [fd]],
    ["fd_fdstat_get", "i32 i32", [fd, OUT], [OUT, 24]],
    ["fd_fdstat_set_flags", "i32 i32", [fd, 0]],
    ["fd_fdstat_set_rights", "i32 i64 i64", [fd, 0, 0]],
    ["fd_filestat_get", "i32 i32", [fd, OUT]],
    ["fd_filestat_set_size", "i32 i64", [fd, 0]],
    ["fd_filestat_set_times", "i32 i64 i64 i32", [fd, 0, 0, 0]],
    ["fd_prestat_get", "i32 i32", [fd, OUT]],
    ["fd_prestat_dir_name", "i32 i32 i32", [fd, OUT, 4]],
    ["fd_readdir", "i32 i32 i32 i64 i32", [fd, OUT, 4, 0, OUT + 8]],
    ["fd_advise", "i32 i64 i64 i32", [fd, 0, 0, 0]],
    ["fd_allocate", "i32 i64 i64", [fd, 0, 0]],
    ["fd_datasync", "i32", [fd]],
    ["fd_sync", "i32", [fd]],
    ["fd_renumber", "i32 i32", [fd, 2]],
    ["sock_accept", "i32 i32 i32", [fd, 0, OUT]],
    ["sock_recv", "i32 i32 i32 i32 i32 i32", [fd, VECTOR, 1, 0, OUT, OUT + 4]],
    ["sock_send", "i32 i32 i32 i32 i32", [fd, VECTOR, 1, 0, OUT]],
    ["sock_shutdown", "i32 i32", [fd, 0]],
  ];
}

/** What WASI answers, call by call, by both names that it goes by. */
export const WASI: readonly Case[] = ["wasi_snapshot_preview1", "wasi_unstable"].map((name) => ({
  name: name.replaceAll("_", "-"),
  module: () => {
    const exit = `(import "${name}" "proc_exit" (func $exit (param i32)))`;
    return wat(codesModule(name, CALLS, exit, "(call $exit (i32.const 7))"));
  },
  // One: with more, their order is another in each of Envoy's processes.
  environment: { NAME: "value" },
  http: [{}],
  until: /^warn/,
}));

import { wat } from "../../../host/vm/spec/kit.support.js";
import type { Case } from "../case.js";

/** One call: the function, its parameters and arguments as WAT has them, and where it wrote what is told: place, length. */
type Call = readonly [name: string, parameters: string, args: readonly number[], read?: readonly [number, number]];

/** Three pages: one for what calls read and write, one for 64 KiB of random bytes, one for what is logged of each call. */
const PAGE = 65_536;
const PAGES = 3;
/** Its first bytes are the memory's last. */
const EDGE = PAGES * PAGE - 6;
const OUTSIDE = PAGES * PAGE + 4464;
/** Where calls may write. */
const OUT = 256;
/** An iovec of ten bytes, one of none, and one outside. */
const VECTOR = 64;
const EMPTY_VECTOR = 72;
const WILD_VECTOR = 80;

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

/** Where the lines' beginnings stand, and where a line is put together. */
const TEXTS = 2 * PAGE;
const LINE = 1024;

/** Text that WAT takes. */
const quoted = (text: string) => JSON.stringify(text);

/** A module that does all of these calls, and logs for each: the call, its code, and what it wrote. Codes and bytes are hex. */
function module(wasi: string): string {
  const types = new Map(CALLS.map(([name, parameters]) => [name, parameters]));
  const imports = [...types].map(
    ([name, parameters]) => `(import "${wasi}" "${name}" (func $${name} (param ${parameters}) (result i32)))`,
  );
  let at = TEXTS;
  const data: string[] = [];
  const calls = CALLS.map(([name, parameters, args, [from, length] = [0, 0]]) => {
    const kinds = parameters.split(" ");
    const values = args.map((value, i) => `(${kinds[i]}.const ${value})`);
    const text = `${name} ${args.join(" ")} = `;
    data.push(`(data (i32.const ${at}) ${quoted(text)})`);
    const title = `(i32.const ${at}) (i32.const ${text.length})`;
    at += text.length;
    return `(call $tell ${title} (call $${name} ${values.join(" ")}) (i32.const ${from}) (i32.const ${length}))`;
  });
  return `(module ${imports.join("\n")}
    (import "${wasi}" "proc_exit" (func $exit (param i32)))
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
    (memory (export "memory") ${PAGES})
    (data (i32.const 16) "to stdout\\n")
    (data (i32.const ${VECTOR}) "\\10\\00\\00\\00\\0a\\00\\00\\00")
    (data (i32.const ${EMPTY_VECTOR}) "\\10\\00\\00\\00\\00\\00\\00\\00")
    (data (i32.const ${WILD_VECTOR}) "\\f0\\ff\\02\\00\\ff\\00\\00\\00")
    ${data.join("\n")}
    (global $at (mut i32) (i32.const 0))
    (func $byte (param i32)
      (i32.store8 (global.get $at) (local.get 0))
      (global.set $at (i32.add (global.get $at) (i32.const 1))))
    (func $digit (param i32)
      (call $byte
        (i32.add (local.get 0) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get 0) (i32.const 10))))))
    (func $hex (param i32)
      (call $digit (i32.and (i32.shr_u (local.get 0) (i32.const 4)) (i32.const 15)))
      (call $digit (i32.and (local.get 0) (i32.const 15))))
    (func $tell (param $text i32) (param $long i32) (param $code i32) (param $from i32) (param $length i32)
      (memory.copy (i32.const ${LINE}) (local.get $text) (local.get $long))
      (global.set $at (i32.add (i32.const ${LINE}) (local.get $long)))
      (call $hex (local.get $code))
      (call $byte (i32.const 32))
      (block $end
        (loop $next
          (br_if $end (i32.eqz (local.get $length)))
          (call $hex (i32.load8_u (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $next)))
      (memory.fill (i32.const ${OUT}) (i32.const 0) (i32.const 64))
      (drop (call $log (i32.const 2) (i32.const ${LINE}) (i32.sub (global.get $at) (i32.const ${LINE})))))
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "malloc") (param i32) (result i32) (i32.const 4096))
    (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
      ${calls.join("\n      ")}
      (call $exit (i32.const 7))
      (drop (call $log (i32.const 3) (i32.const 16) (i32.const 9)))
      (i32.const 0)))`;
}

/** What WASI answers, call by call, by both names that it goes by. */
export const WASI: readonly Case[] = ["wasi_snapshot_preview1", "wasi_unstable"].map((name) => ({
  name: name.replaceAll("_", "-"),
  module: () => wat(module(name)),
  environment: { A: "1", NAME: "value" },
  http: [{}],
  until: /^warn/,
}));

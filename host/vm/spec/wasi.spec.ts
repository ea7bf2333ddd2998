import { expect, it } from "vitest";
import { LogLevel } from "../index.js";
import { Bench, wat } from "./kit.support.js";

/** Calls one WASI function and logs its result as a character from '0' on. */
async function errno(module: string, name: string, parameters: string, args: string): Promise<number> {
  const source = `(module (import "${module}" "${name}" (func $call (param ${parameters}) (result i32)))
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
    (func (export "malloc") (param i32) (result i32) i32.const 1024)
    (func (export "proxy_on_configure") (param i32 i32) (result i32)
      (i32.store8 (i32.const 8) (i32.add (i32.const 48) (call $call ${args})))
      (drop (call $log (i32.const 2) (i32.const 8) (i32.const 1))) i32.const 1))`;
  const bench = new Bench();
  await bench.load({ name: "wasi", rootId: "", vm: { vmId: "", code: await wat(source) } });
  return must(bench.take()[1]).charCodeAt(0) - 48;
}

const must = (line: string | undefined): string => line ?? "";
const c = (...values: number[]) => values.map((value) => `(i32.const ${value})`).join(" ");
const long = "(i64.const 0)";

const CASES: [name: string, parameters: string, args: string, answer: number][] = [
  ["fd_write", "i32 i32 i32 i32", c(3, 0, 0, 16), 8],
  ["fd_write", "i32 i32 i32 i32", c(1, 0, 0, 16), 0],
  ["fd_write", "i32 i32 i32 i32", c(1, 65535, 1, 16), 21],
  ["fd_read", "i32 i32 i32 i32", c(0, 0, 0, 16), 52],
  ["fd_pread", "i32 i32 i32 i64 i32", `${c(0, 0, 0)} ${long} ${c(16)}`, 52],
  ["fd_seek", "i32 i64 i32 i32", `${c(7)} ${long} ${c(0, 16)}`, 0],
  ["fd_close", "i32", c(9), 0],
  ["fd_fdstat_get", "i32 i32", c(1, 16), 0],
  ["fd_fdstat_get", "i32 i32", c(0, 16), 8],
  ["fd_fdstat_set_flags", "i32 i32", c(1, 0), 52],
  ["fd_prestat_get", "i32 i32", c(3, 16), 8],
  ["fd_prestat_dir_name", "i32 i32 i32", c(3, 16, 1), 52],
  ["fd_filestat_get", "i32 i32", c(1, 16), 8],
  ["path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32", `${c(3, 0, 0, 0, 0)} ${long} ${long} ${c(0, 16)}`, 44],
  ["path_filestat_get", "i32 i32 i32 i32 i32", c(3, 0, 0, 0, 16), 58],
  ["path_unlink_file", "i32 i32 i32", c(3, 0, 0), 58],
  ["fd_readdir", "i32 i32 i32 i64 i32", `${c(3, 0, 0)} ${long} ${c(16)}`, 20],
  ["fd_advise", "i32 i64 i64 i32", `${c(9)} ${long} ${long} ${c(0)}`, 0],
  ["fd_sync", "i32", c(2), 0],
  ["fd_sync", "i32", c(3), 8],
  ["fd_renumber", "i32 i32", c(1, 2), 58],
  ["fd_renumber", "i32 i32", c(5, 2), 8],
  ["args_sizes_get", "i32 i32", c(16, 20), 0],
  ["clock_time_get", "i32 i64 i32", `${c(0)} ${long} ${c(16)}`, 0],
  ["clock_time_get", "i32 i64 i32", `${c(1)} ${long} ${c(16)}`, 0],
  ["clock_time_get", "i32 i64 i32", `${c(2)} ${long} ${c(16)}`, 58],
  ["clock_res_get", "i32 i32", c(0, 16), 0],
  ["random_get", "i32 i32", c(16, 32), 0],
  ["random_get", "i32 i32", c(0, 65537), 28],
  ["random_get", "i32 i32", c(65530, 100), 21],
  ["sched_yield", "", "", 0],
  ["poll_oneoff", "i32 i32 i32 i32", c(0, 0, 1, 16), 0],
  ["sock_shutdown", "i32 i32", c(3, 0), 58],
];

for (const module of ["wasi_snapshot_preview1", "wasi_unstable"]) {
  it(`answers as Envoy does, in ${module}`, async () => {
    for (const [name, parameters, args, answer] of CASES) {
      expect(await errno(module, name, parameters, args), `${name} ${args}`).toBe(answer);
    }
  });
}

it("writes output to the log, one newline cut, and returns from proc_exit", async () => {
  const source = `(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 100) "ab\\0a\\0acd\\0a")
    (func (export "proxy_abi_version_0_2_1")) (func (export "malloc") (param i32) (result i32) i32.const 1024)
    (func (export "_initialize")
      (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 4))
      (i32.store (i32.const 8) (i32.const 104)) (i32.store (i32.const 12) (i32.const 3))
      (call $exit (i32.const 1))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 16)))
      (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 16)))))`;
  const bench = new Bench();
  await bench.load({ name: "out", rootId: "", vm: { vmId: "", code: await wat(source) } });
  expect(bench.lines.slice(0, 2).map(({ level, message }) => [level, message])).toEqual([
    [LogLevel.Info, "ab\n\ncd"],
    [LogLevel.Error, "ab\n"],
  ]);
});

it("has the environment variables of the VM's configuration", async () => {
  const source = `(module
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $get (param i32 i32) (result i32)))
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
    (func (export "malloc") (param i32) (result i32) i32.const 1024)
    (func (export "_initialize")
      (drop (call $sizes (i32.const 0) (i32.const 4))) (drop (call $get (i32.const 16) (i32.const 64)))
      (drop (call $log (i32.const 2) (i32.load (i32.const 20)) (i32.sub (i32.load (i32.const 4)) (i32.const 4))))))`;
  const bench = new Bench();
  await bench.load({
    name: "e",
    rootId: "",
    vm: { vmId: "", code: await wat(source), environment: { A: "1", NAME: "v" } },
  });
  expect(bench.take()[0]).toBe("NAME=v\0");
});

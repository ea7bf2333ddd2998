import { describe, expect, it } from "vitest";
import { Bench, FakeNetwork, must, wat } from "./kit.support.js";

const BASE = `(func (export "proxy_abi_version_0_2_1")) (memory (export "memory") 1)
  (func (export "malloc") (param i32) (result i32) i32.const 1024)`;

const TOO_EARLY =
  "instantiation failed: restricted_callback: a host function was called from the start section, which ends Envoy's process; " +
  "export it as _initialize (AssemblyScript: --exportStart _initialize)";

async function refusal(source: string): Promise<string> {
  const result = await new Bench().registry.plugin({
    name: "odd",
    rootId: "",
    vm: { vmId: "", code: await wat(source) },
  });
  if (result.ok) throw new Error("it was loaded");
  return result.reason.replace('Wasm plugin "odd": ', "");
}

describe("what is refused at load", () => {
  const cases: [string, string, string][] = [
    [
      "no ABI version",
      "(module)",
      "no proxy-wasm ABI version: none of proxy_abi_version_0_2_1, proxy_abi_version_0_2_0, proxy_abi_version_0_1_0 is exported",
    ],
    [
      "no allocator",
      '(module (func (export "proxy_abi_version_0_2_1")) (memory (export "memory") 1))',
      "export malloc (or proxy_on_memory_allocate) is missing",
    ],
    [
      "no memory",
      '(module (func (export "proxy_abi_version_0_2_1")) (func (export "malloc") (param i32) (result i32) i32.const 0))',
      "export memory is missing",
    ],
    [
      "an import that there is not",
      `(module (import "env" "abort" (func (param i32 i32 i32 i32))) ${BASE})`,
      "import env.abort is nothing that Envoy provides to ABI 0.2.1: compile with --use abort=<a function that ends in unreachable>",
    ],
    [
      "a 0.1.0 function in 0.2.1",
      `(module (import "env" "proxy_clear_route_cache" (func (result i32))) ${BASE})`,
      "import env.proxy_clear_route_cache is nothing that Envoy provides to ABI 0.2.1: call the foreign function clear_route_cache",
    ],
    [
      "get_log_level in 0.2.0",
      `(module (import "env" "proxy_get_log_level" (func (param i32) (result i32))) ${BASE.replace("0_2_1", "0_2_0")})`,
      "import env.proxy_get_log_level is nothing that Envoy provides to ABI 0.2.0",
    ],
    [
      "a mistyped import",
      `(module (import "env" "proxy_log" (func (param i32 i64) (result i32))) ${BASE})`,
      "import env.proxy_log is declared as (i32, i64) -> i32, expected (i32, i32, i32) -> i32",
    ],
    [
      "a mistyped WASI import",
      `(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32) (result i32))) ${BASE})`,
      "import wasi_snapshot_preview1.proc_exit is declared as (i32) -> i32, expected (i32) -> ()",
    ],
    [
      "a global",
      `(module (import "env" "g" (global i32)) ${BASE})`,
      "import env.g is a global, which Envoy does not provide",
    ],
    [
      "a mistyped export",
      `(module ${BASE} (func (export "proxy_on_request_headers") (param i32 i32) (result i32) i32.const 0))`,
      "export proxy_on_request_headers has the type (i32, i32) -> i32, expected (i32, i32, i32) -> i32",
    ],
    [
      "a trap in _initialize",
      `(module ${BASE} (func (export "_initialize") unreachable))`,
      "_initialize failed: unreachable",
    ],
    [
      "a host call in _initialize",
      `(module (import "env" "proxy_set_tick_period_milliseconds" (func $tick (param i32) (result i32))) ${BASE}
        (func (export "_initialize") (drop (call $tick (i32.const 1)))))`,
      "_initialize failed: restricted_callback: a host function that may not be called here",
    ],
    [
      "a host call in the start section",
      `(module (import "env" "proxy_done" (func $done (result i32))) ${BASE} (func $start (drop (call $done))) (start $start))`,
      TOO_EARLY,
    ],
    [
      "even a log line in the start section",
      `(module (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32))) ${BASE}
        (func $start (drop (call $log (i32.const 2) (i32.const 0) (i32.const 0)))) (start $start))`,
      TOO_EARLY,
    ],
    [
      "the time in the start section",
      `(module (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32))) ${BASE}
        (func $start (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 0)))) (start $start))`,
      TOO_EARLY,
    ],
    [
      "a refusal in vm_start",
      `(module ${BASE} (func (export "proxy_on_vm_start") (param i32 i32) (result i32) i32.const 0))`,
      "the module refused to start (proxy_on_vm_start returned false)",
    ],
  ];
  for (const [title, source, reason] of cases) {
    it(title, async () => expect(await refusal(source)).toBe(reason));
  }

  it("bytes that are no module", async () => {
    const registry = new Bench().registry;
    const load = (code: Uint8Array) => registry.plugin({ name: "n", rootId: "", vm: { vmId: "", code } });
    expect(await load(Buffer.from("not wasm"))).toMatchObject({
      ok: false,
      reason: 'Wasm plugin "n": not a WebAssembly module',
    });
    expect(await load(Buffer.from([]))).toMatchObject({ ok: false, reason: 'Wasm plugin "n": the module is cut off' });
  });

  it("fail_open and failure_policy at once", async () => {
    const bench = new Bench();
    await expect(bench.probe("", { failOpen: true, failurePolicy: "FAIL_OPEN" })).rejects.toThrow("both fail_open and");
  });
});

describe("what is loaded", () => {
  it("main after _initialize, and _start where there is no _initialize", async () => {
    const bench = new Bench();
    const log = '(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32))) (data (i32.const 0) "imrs")';
    const say = (at: number) => `(drop (call $log (i32.const 2) (i32.const ${at}) (i32.const 1)))`;
    const reactor = `(module ${log} ${BASE} (func (export "_initialize") ${say(0)}) (func (export "_start") ${say(3)})
      (func (export "main") (param i32 i32) (result i32) ${say(1)} i32.const 0))`;
    await bench.load({ name: "r", rootId: "", vm: { vmId: "r", code: await wat(reactor) } });
    expect(bench.take()).toEqual(["i", "m", "i", "m"]);
    const command = `(module ${log} ${BASE} (func (export "_start") ${say(3)}))`;
    await bench.load({ name: "c", rootId: "", vm: { vmId: "c", code: await wat(command) } });
    expect(bench.take()).toEqual(["s", "s"]);
  });

  it("a module that imports its memory and table, with no callbacks at all", async () => {
    const source = `(module (import "env" "memory" (memory 1 4)) (import "env" "t" (table 2 funcref))
      (func (export "proxy_abi_version_0_2_0")) (func (export "malloc") (param i32) (result i32) i32.const 0))`;
    const plugin = await new Bench().load({ name: "m", rootId: "", vm: { vmId: "m", code: await wat(source) } });
    const stream = must(plugin.networkStream(new FakeNetwork()));
    expect(stream.onNewConnection()).toBe(0);
    stream.destroy();
  });

  it("a module whose allocator calls what it may, but not what it may not", async () => {
    const module = (call: string) => `(module
      (import "env" "proxy_get_status" (func $status (param i32 i32 i32) (result i32)))
      (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
      (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 0) "plugin_name")
      (func (export "proxy_abi_version_0_2_1"))
      (func (export "malloc") (param i32) (result i32) (drop ${call}) i32.const 1024)
      (func (export "proxy_on_configure") (param i32 i32) (result i32)
        (drop (call $property (i32.const 0) (i32.const 11) (i32.const 64) (i32.const 68))) i32.const 1))`;
    const load = async (call: string) =>
      new Bench().load({ name: "a", rootId: "", vm: { vmId: "", code: await wat(module(call)) } });
    await load("(call $log (i32.const 2) (i32.const 0) (i32.const 1))");
    await load("(call $clock (i32.const 0) (i64.const 0) (i32.const 0))");
    for (const call of [
      "(call $random (i32.const 0) (i32.const 1))",
      "(call $status (i32.const 0) (i32.const 0) (i32.const 0))",
    ]) {
      await expect(load(call)).rejects.toThrow("proxy_on_configure failed: restricted_callback");
    }
  });

  it("an allocator that has nothing, or gives what it has not: InvalidMemoryAccess", async () => {
    for (const pointer of ["0", "65530"]) {
      const source = `(module (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 0) "plugin_name") (func (export "proxy_abi_version_0_2_1"))
        (func (export "malloc") (param i32) (result i32) i32.const ${pointer})
        (func (export "proxy_on_configure") (param i32 i32) (result i32)
          (i32.eq (i32.const 6) (call $property (i32.const 0) (i32.const 11) (i32.const 64) (i32.const 68)))))`;
      await new Bench().load({ name: "a-name-of-some-length", rootId: "", vm: { vmId: "", code: await wat(source) } });
    }
  });
});

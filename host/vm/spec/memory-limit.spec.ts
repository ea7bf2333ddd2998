import { describe, expect, it } from "vitest";
import { AbiVersion, createVmRegistry } from "../index.js";
import { limitMemory } from "../module/memory-limit.js";
import { Bench, FakeHttp, headers, must, probeModule, wat } from "./kit.support.js";

const MiB = 1 << 20;

const growth = (code: Uint8Array) => {
  const { memory } = new WebAssembly.Instance(new WebAssembly.Module(code), {}).exports as {
    memory: WebAssembly.Memory;
  };
  const pages = memory.buffer.byteLength / 65536;
  let grown = 0;
  try {
    for (; grown < 400; grown++) memory.grow(1);
  } catch {
    // At its maximum.
  }
  return pages + grown;
};

describe("a memory maximum", () => {
  it.each([
    ["where the module has none", "(memory 1)", 200, 200],
    ["where its own is greater", "(memory 1 300)", 200, 200],
    ["but not where its own is smaller", "(memory 1 20)", 200, 20],
    ["as large as what it starts with", "(memory 200)", 200, 200],
  ])("is set %s", async (_what, memory, pages, most) => {
    const code = await wat(
      `(module ${memory} (export "memory" (memory 0)) (func (export "f")) (data (i32.const 0) "x"))`,
    );
    expect(growth(limitMemory(code, pages))).toBe(most);
  });

  it("changes nothing else", async () => {
    const code = await wat('(module (memory 1) (func (export "f") (result i32) (memory.grow (i32.const 9))))');
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(limitMemory(code, 5)), {});
    expect((exports["f"] as () => number)()).toBe(-1);
    const none = await wat("(module (func))");
    expect(limitMemory(none, 5)).toBe(none);
  });

  it("holds in a VM: growth beyond it fails, the module lives", async () => {
    const bench = new Bench({ maxMemoryBytes: 2 * MiB });
    const plugin = await bench.probe("request_headers: grow 400; grow 1");
    bench.take();
    must(plugin.httpStream(new FakeHttp())).onRequestHeaders(headers([":path", "/"]), true);
    expect(bench.results()[0]).toBe("grow -1");
    expect(plugin.healthy).toBe(true);
    expect(bench.registry.vms()[0]?.memoryBytes).toBeLessThanOrEqual(2 * MiB);
  });

  it("refuses what wants more from the start, and counts for memories that are imported", async () => {
    const registry = createVmRegistry({ log: () => {}, maxMemoryBytes: MiB });
    const load = async (code: Uint8Array) => {
      const result = await registry.plugin({ name: "m", rootId: "", vm: { vmId: "", code } });
      return result.ok ? "loaded" : result.reason;
    };
    const base = `(func (export "proxy_abi_version_${AbiVersion.V0_2_1.replaceAll(".", "_")}"))
      (func (export "malloc") (param i32) (result i32) i32.const 0)`;
    const refusal = 'Wasm plugin "m": the module wants 17 pages of memory, and may have 16';
    expect(await load(await wat(`(module ${base} (memory (export "memory") 17))`))).toBe(refusal);
    expect(await load(await wat(`(module (import "env" "memory" (memory 17)) ${base})`))).toBe(refusal);
    expect(await load(await probeModule())).toBe("loaded");
  });
});

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "../../testing/compile.support.js";

const ENTRY = `
  import { StreamTable } from "./stream-table";
  export { meltemiAbort } from "../../abi";
  const table = new StreamTable();
  export function get(id: u32): usize { return table.get(id); }
  export function set(id: u32, stream: usize): void { table.set(id, stream); }
  export function remove(id: u32): void { table.delete(id); }
  export function length(): i32 { return table.length; }
  export function free(): void { table.free(); }
`;

interface Exports {
  _initialize(): void;
  get(id: number): number;
  set(id: number, stream: number): void;
  remove(id: number): void;
  length(): number;
  free(): void;
}

let wasm: Exports;

beforeAll(async () => {
  const module = await compileModule("assembly/bridge/buffers/probe.ts", ENTRY);
  wasm = new WebAssembly.Instance(module, { env: new Proxy({}, { get: () => () => 0 }) }).exports as unknown as Exports;
  wasm._initialize();
});

describe("the table of streams", () => {
  it("finds what was put in and nothing else, whatever was deleted before", () => {
    // Few numbers in a table of few slots: many of them want the same slot, and runs wrap around its end.
    const id = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(fc.array(fc.record({ id, remove: fc.boolean() }), { maxLength: 200 }), (steps) => {
        wasm.free();
        const expected = new Map<number, number>();
        for (const [step, { id, remove }] of steps.entries()) {
          if (remove) {
            wasm.remove(id);
            expected.delete(id);
          } else if (!expected.has(id)) {
            wasm.set(id, step + 1);
            expected.set(id, step + 1);
          }
          expect(wasm.length()).toBe(expected.size);
          for (let other = 1; other <= 70; other++) expect(wasm.get(other)).toBe(expected.get(other) ?? 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

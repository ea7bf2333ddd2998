import { compileModule } from "./compile.support.js";

/** What every module has: room for what it is asked, and for what it answers. */
const ROOM = `
  import { Writer } from "meltemi/assembly";
  const input = new Writer();
  const output = new Writer();
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function outputAt(): usize { return output.ptr; }
  export function outputLength(): i32 { return output.length; }
`;

/** A part of a module, driven by a few lines of AssemblyScript that a spec wrote: they read `input`, write `output`. */
export class Part {
  /** The metrics that it has defined, and what they count. */
  readonly metrics = new Map<string, number>();
  private readonly exports: Readonly<Record<string, unknown>>;
  private readonly memory: WebAssembly.Memory;

  private constructor(module: WebAssembly.Module) {
    const stubs = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 0]));
    const { exports } = new WebAssembly.Instance(module, { env: { ...stubs, ...this.metricCalls() } });
    this.exports = exports;
    this.memory = exports["memory"] as WebAssembly.Memory;
    this.call("_initialize");
  }

  /** @param folder the part's, from the checkout's root; the lines' imports are relative to it */
  static async of(folder: string, lines: string): Promise<Part> {
    const source = `${ROOM}${lines}\n  export * from "meltemi/assembly/proxy";\n`;
    return new Part(await compileModule(`${folder}/part-of-the-test.ts`, source));
  }

  /** Asks with these bytes: what the function returned, and what it wrote. */
  ask(name: string, bytes: Uint8Array | string, ...args: number[]): { readonly value: number; readonly text: string } {
    const given = Buffer.from(bytes);
    new Uint8Array(this.memory.buffer).set(given, this.call("inputAt", given.length));
    const value = this.call(name, ...args);
    const text = Buffer.from(this.memory.buffer, this.call("outputAt"), this.call("outputLength")).toString("latin1");
    return { value, text };
  }

  private call(name: string, ...args: number[]): number {
    return (this.exports[name] as (...args: number[]) => number)(...args);
  }

  private metricCalls() {
    return {
      proxy_define_metric: (_type: number, ptr: number, size: number, at: number) => {
        const name = Buffer.from(this.memory.buffer, ptr, size).toString();
        if (!this.metrics.has(name)) this.metrics.set(name, 0);
        new DataView(this.memory.buffer).setUint32(at, [...this.metrics.keys()].indexOf(name), true);
        return 0;
      },
      proxy_increment_metric: (id: number, by: bigint) => {
        const name = [...this.metrics.keys()][id] ?? "none";
        this.metrics.set(name, (this.metrics.get(name) ?? 0) + Number(by));
        return 0;
      },
    };
  }
}

import { compileModule } from "../../../../assembly/testing/compile.support.js";

/** What every module has: room for what it is asked, and for what it answers. */
const ROOM = `
  import { Writer } from "meltemi/assembly";
  const input = new Writer();
  const output = new Writer();
  export function inputAt(length: i32): usize { input.reset(); input.reserve(length); return input.ptr; }
  export function outputAt(): usize { return output.ptr; }
  export function outputLength(): i32 { return output.length; }
`;

/** A part of the codec, driven by a few lines of AssemblyScript that a spec wrote: they read `input`, write `output`. */
export class Part {
  private constructor(
    private readonly exports: Readonly<Record<string, unknown>>,
    private readonly memory: WebAssembly.Memory,
  ) {}

  /** @param folder the part's, to which the lines' imports are relative */
  static async of(folder: string, lines: string): Promise<Part> {
    const source = `${ROOM}${lines}\n  export * from "meltemi/assembly/proxy";\n`;
    const module = await compileModule(`filters/codecs/redis/${folder}/part-of-the-test.ts`, source);
    const stubs = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 0]));
    const { exports } = new WebAssembly.Instance(module, { env: stubs });
    const part = new Part(exports, exports["memory"] as WebAssembly.Memory);
    part.call("_initialize");
    return part;
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
}

/*
 * The sections of a module that say what it imports and exports (WebAssembly core specification, section 5.5):
 *   module   = "\0asm" version:u32 section*
 *   section  = id:byte size:u32 content
 *   type     (1) = vec(0x60 vec(valtype) vec(valtype))
 *   import   (2) = vec(module:name field:name desc)     desc = 0 typeidx | 1 table | 2 limits | 3 valtype mut | 4 0 typeidx
 *   function (3) = vec(typeidx)
 *   export   (7) = vec(name kind:byte index:u32)
 * Node's reflection does not tell types, and Envoy compares them.
 */

/** Why a module is refused; the message names the import or export. */
export class ModuleError extends Error {}

/** Initial and maximal size, in pages or elements. */
export interface Limits {
  readonly initial: number;
  readonly maximum?: number;
}

/** A function's type in short, `parameters:results`, a letter each: i i32, j i64, f f32, d f64, v v128, r a reference. */
export type ShortType = string;

/** One import. */
export type Import = { readonly module: string; readonly name: string } & (
  | { readonly kind: "function"; readonly type: ShortType }
  | { readonly kind: "memory" | "table"; readonly limits: Limits }
  | { readonly kind: "global" | "tag" }
);

/** What the sections say. */
export interface Interface {
  readonly imports: readonly Import[];
  /** Exported functions and their types. */
  readonly functions: ReadonlyMap<string, ShortType>;
  readonly memories: readonly string[];
}

const LETTERS: Readonly<Record<number, string>> = {
  127: "i",
  126: "j",
  125: "f",
  124: "d",
  123: "v",
  112: "r",
  111: "r",
};
const WORDS: Readonly<Record<string, string>> = { i: "i32", j: "i64", f: "f32", d: "f64", v: "v128", r: "reference" };

/** A short type as people write it: `(i32, i32) -> i32`. */
export function longType(type: ShortType): string {
  const [parameters = "", results = ""] = type.split(":");
  const words = (letters: string) => [...letters].map((letter) => WORDS[letter] ?? letter).join(", ");
  return `(${words(parameters)}) -> ${results === "" ? "()" : words(results)}`;
}

/** Reads a module's interface. */
export function readInterface(code: Uint8Array): Interface {
  const input = new Input(code);
  if (input.u32le() !== 0x6d736100 || input.u32le() !== 1) throw new ModuleError("not a WebAssembly module");
  const types: ShortType[] = [];
  const imports: Import[] = [];
  const typesOfFunctions: ShortType[] = [];
  const functions = new Map<string, ShortType>();
  const memories: string[] = [];
  const typeAt = (index: number) => types[index] ?? "?";
  while (!input.done) {
    const id = input.byte();
    const size = input.unsigned();
    const end = input.at + size;
    if (id === 1) {
      for (let count = input.unsigned(); count > 0; count--) types.push(input.functionType());
    } else if (id === 2) {
      for (let count = input.unsigned(); count > 0; count--) {
        const found = readImport(input, typeAt);
        if (found.kind === "function") typesOfFunctions.push(found.type);
        imports.push(found);
      }
    } else if (id === 3) {
      for (let count = input.unsigned(); count > 0; count--) typesOfFunctions.push(typeAt(input.unsigned()));
    } else if (id === 7) {
      for (let count = input.unsigned(); count > 0; count--) {
        const name = input.name();
        const kind = input.byte();
        const index = input.unsigned();
        if (kind === 0) functions.set(name, typesOfFunctions[index] ?? "?");
        if (kind === 2) memories.push(name);
      }
    }
    input.at = end;
  }
  return { imports, functions, memories };
}

function readImport(input: Input, typeAt: (index: number) => ShortType): Import {
  const module = input.name();
  const name = input.name();
  const kind = input.byte();
  switch (kind) {
    case 0:
      return { module, name, kind: "function", type: typeAt(input.unsigned()) };
    case 1:
      input.byte();
      return { module, name, kind: "table", limits: input.limits() };
    case 2:
      return { module, name, kind: "memory", limits: input.limits() };
    case 3:
      input.byte();
      input.byte();
      return { module, name, kind: "global" };
    default:
      input.byte();
      input.unsigned();
      return { module, name, kind: "tag" };
  }
}

class Input {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new ModuleError("the module is cut off");
    return value;
  }

  u32le(): number {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0;
  }

  /** LEB128. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ModuleError("a number in the module is too long");
  }

  name(): string {
    const length = this.unsigned();
    const text = Buffer.from(this.bytes.subarray(this.at, this.at + length)).toString("utf8");
    this.at += length;
    return text;
  }

  functionType(): ShortType {
    if (this.byte() !== 0x60)
      throw new ModuleError("the module uses types beyond functions (GC), which Envoy does not load");
    return `${this.valueTypes()}:${this.valueTypes()}`;
  }

  valueTypes(): string {
    let letters = "";
    for (let count = this.unsigned(); count > 0; count--) letters += LETTERS[this.byte()] ?? "?";
    return letters;
  }

  limits(): Limits {
    const flags = this.byte();
    const initial = this.unsigned();
    return flags & 1 ? { initial, maximum: this.unsigned() } : { initial };
  }
}

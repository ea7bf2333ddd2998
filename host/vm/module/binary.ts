import { Input, type Limits, type ShortType } from "./input.js";
import { ModuleError } from "./module-error.js";

/*
 * The sections of a module that say what it imports and exports (WebAssembly core specification, section 5.5):
 *   module   = "\0asm" version:u32 section*
 *   section  = id:byte size:u32 content
 *   type     (1) = vec(0x60 vec(valtype) vec(valtype))
 *   import   (2) = vec(module:name field:name desc)     desc = 0 typeidx | 1 table | 2 limits | 3 valtype mut | 4 0 typeidx
 *   function (3) = vec(typeidx)
 *   memory   (5) = vec(limits)
 *   export   (7) = vec(name kind:byte index:u32)
 *   custom   (0) = name:name bytes                       "name" has subsections: 1 = vec(funcidx name:name)
 * Node's reflection does not tell types, and Envoy compares them.
 */

/** One import. */
export type Import = { readonly module: string; readonly name: string } & (
  | { readonly kind: "function"; readonly type: ShortType }
  | { readonly kind: "memory" | "table"; readonly limits: Limits }
  | { readonly kind: "global" | "tag" }
);

/** One export; functions have their type. */
export interface Export {
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global" | "tag";
  readonly type?: ShortType;
}

/** What the sections say. */
export interface Interface {
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  /** Exported functions and their types. */
  readonly functions: ReadonlyMap<string, ShortType>;
  readonly memories: readonly string[];
  /** The module's own memory, where it does not import one. */
  readonly memory: Limits | undefined;
  /** Names and sizes, in bytes, of custom sections. */
  readonly customSections: readonly { readonly name: string; readonly size: number }[];
  /** How many functions have a name for stack traces. */
  readonly namedFunctions: number;
}

const KINDS = ["function", "table", "memory", "global", "tag"] as const;

/** Reads a module's interface. @throws ModuleError for what is no module, or is cut off */
export function readInterface(code: Uint8Array): Interface {
  const input = new Input(code);
  if (input.u32le() !== 0x6d736100 || input.u32le() !== 1) throw new ModuleError("not a WebAssembly module");
  const types: ShortType[] = [];
  const imports: Import[] = [];
  const typesOfFunctions: ShortType[] = [];
  const exports: Export[] = [];
  const customSections: { name: string; size: number }[] = [];
  let memory: Limits | undefined;
  let namedFunctions = 0;
  const typeAt = (index: number) => types[index] ?? "?";
  const sections: Readonly<Record<number, () => void>> = {
    1: () => types.push(input.functionType()),
    2: () => {
      const found = readImport(input, typeAt);
      if (found.kind === "function") typesOfFunctions.push(found.type);
      imports.push(found);
    },
    3: () => typesOfFunctions.push(typeAt(input.unsigned())),
    5: () => {
      memory = input.limits();
    },
    7: () => exports.push(readExport(input, typesOfFunctions)),
  };
  while (!input.done) {
    const id = input.byte();
    const size = input.unsigned();
    const end = input.at + size;
    const readEntry = sections[id];
    if (readEntry) {
      for (let count = input.unsigned(); count > 0; count--) readEntry();
    } else if (id === 0) {
      const name = input.name();
      customSections.push({ name, size });
      if (name === "name") namedFunctions = countFunctionNames(input, end);
    }
    input.at = end;
  }
  const functions = new Map<string, ShortType>();
  for (const { name, kind, type } of exports) if (kind === "function") functions.set(name, type ?? "?");
  const memories = exports.filter(({ kind }) => kind === "memory").map(({ name }) => name);
  return { imports, exports, functions, memories, memory, customSections, namedFunctions };
}

function readExport(input: Input, typesOfFunctions: readonly ShortType[]): Export {
  const name = input.name();
  const kind = KINDS[input.byte()] ?? "tag";
  const index = input.unsigned();
  return kind === "function" ? { name, kind, type: typesOfFunctions[index] ?? "?" } : { name, kind };
}

/** Subsection 1 begins with how many names it has. */
function countFunctionNames(input: Input, end: number): number {
  while (input.at < end) {
    const id = input.byte();
    const size = input.unsigned();
    if (id === 1) return input.unsigned();
    input.at += size;
  }
  return 0;
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

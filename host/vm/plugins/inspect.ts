import { createHash } from "node:crypto";
import { LogLevel } from "../abi.js";
import {
  type AbiVersion,
  abiOf,
  checkInterface,
  type Export,
  type Import,
  type Interface,
  type Limits,
  ModuleCache,
  ModuleError,
  readInterface,
} from "../module/index.js";
import type { VmServices } from "../services.js";
import type { SourceMap } from "../source/index.js";
import { WorkerState } from "../state/index.js";
import { createVm } from "./instance.js";

/** What a module is, without a configuration for it. */
export interface Inspection {
  /** Of its bytes, lower-case hex. */
  readonly sha256: string;
  readonly size: number;
  /** The newest that it says it speaks. */
  readonly abi: AbiVersion | undefined;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  /** In pages of 64 KiB: as it is declared, and what the module takes once it is initialised, where it can be. */
  readonly memory:
    | { readonly imported: boolean; readonly declared: Limits; readonly used: number | undefined }
    | undefined;
  /** Names and sizes, in bytes. */
  readonly customSections: readonly { readonly name: string; readonly size: number }[];
  /** How many functions have a name for stack traces; none: a trap says only numbers. */
  readonly namedFunctions: number;
  /** Everything for which Envoy would not load it; empty: it loads. */
  readonly problems: readonly string[];
  /** Where it died as it was initialised: the frames in the module, innermost first, by name and by its source map. */
  readonly trace: readonly string[];
}

const PAGE = 65536;

/**
 * Looks at a module, and where nothing speaks against it, instantiates and initialises it.
 * @param sourceMap its own, for the places of a trap in its source
 */
export async function inspectModule(code: Uint8Array, sourceMap?: SourceMap): Promise<Inspection> {
  const sha256 = createHash("sha256").update(code).digest("hex");
  const surface = interfaceOf(code);
  if (typeof surface === "string") {
    const nothing = { imports: [], exports: [], memory: undefined, customSections: [], namedFunctions: 0 };
    return { sha256, size: code.length, abi: undefined, ...nothing, problems: [surface], trace: [] };
  }
  const { problems } = checkInterface(surface);
  const trial = problems.length > 0 ? { problems, ...UNTRIED } : await initialise(code, sourceMap);
  const { imports, exports, customSections, namedFunctions } = surface;
  return {
    sha256,
    size: code.length,
    abi: abiOf(surface),
    imports,
    exports,
    memory: memoryOf(surface, trial.pages),
    customSections,
    namedFunctions,
    problems: trial.problems,
    trace: trial.trace,
  };
}

function interfaceOf(code: Uint8Array): Interface | string {
  try {
    return readInterface(code);
  } catch (error) {
    if (error instanceof ModuleError) return error.message;
    throw error;
  }
}

function memoryOf(surface: Interface, used: number | undefined): Inspection["memory"] {
  for (const found of surface.imports) {
    if (found.kind === "memory") return { imported: true, declared: found.limits, used };
  }
  return surface.memory && { imported: false, declared: surface.memory, used };
}

interface Trial {
  readonly problems: readonly string[];
  readonly pages: number | undefined;
  readonly trace: readonly string[];
}

const UNTRIED = { pages: undefined, trace: [] };

/** Compiles, instantiates and initialises; no context, no configuration. */
async function initialise(code: Uint8Array, sourceMap: SourceMap | undefined): Promise<Trial> {
  try {
    const module = await new ModuleCache().load(code);
    let trace: string[] = [];
    const services: VmServices = {
      // What the VM says of its own death has the stack behind the first line.
      log({ level, message }) {
        if (level === LogLevel.Critical) trace = message.split("\n").slice(1);
      },
    };
    const vm = createVm(module, { vmId: "inspect", code, sourceMap }, { services, worker: new WorkerState() });
    const dead = vm.failure;
    if (dead !== undefined) return { problems: [dead], pages: undefined, trace: trace.map((line) => line.trim()) };
    const pages = vm.memory.bytes.length / PAGE;
    vm.end();
    return { problems: [], pages, trace: [] };
  } catch (error) {
    if (error instanceof ModuleError) return { problems: [error.message], ...UNTRIED };
    throw error;
  }
}

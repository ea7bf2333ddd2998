import type { Memory } from "../memory.js";
import { describeAnswer, describeCall } from "./arguments.js";

/** One line of a trace: a call into the module, its end where that says something, or a call out of it. */
export interface TraceEvent {
  /** 0 for what the host calls, 1 for what the module calls meanwhile. */
  readonly depth: number;
  readonly text: string;
}

type Call = (...args: (number | bigint)[]) => unknown;

/** Called for each thing that the module needs and asks for all the time; it says nothing about what the module does. */
export const SILENT: ReadonlySet<string> = new Set(["malloc", "proxy_on_memory_allocate"]);

/** Stands between a VM and its module and tells of every call. */
export class Tracer {
  #depth = 0;

  constructor(
    private readonly tell: (event: TraceEvent) => void,
    private readonly memory: () => Memory,
  ) {}

  /** The module's functions, each told of when it is called, and again when it has a result or dies. */
  exports(exports: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const traced = Object.entries(exports).map(([name, value]) => {
      return [
        name,
        typeof value === "function" && !SILENT.has(name) ? this.#callback(name, value as Call) : value,
      ] as const;
    });
    return Object.fromEntries(traced);
  }

  /** The host's functions, each told of with its arguments and its answer. */
  imports(imports: WebAssembly.Imports): WebAssembly.Imports {
    const modules = Object.entries(imports).map(([module, functions]) => {
      const traced = Object.entries(functions).map(([name, value]) => {
        return [name, typeof value === "function" ? this.#hostCall(name, value as Call) : value] as const;
      });
      return [module, Object.fromEntries(traced)] as const;
    });
    return Object.fromEntries(modules);
  }

  #callback(name: string, call: Call): Call {
    return (...given) => {
      const args = given.slice(0, call.length);
      this.#say(`${name}(${args.join(", ")})`);
      this.#depth++;
      try {
        const result = call(...args);
        if (result !== undefined) this.#tellEnd(`${name} = ${result}`);
        return result;
      } catch (error) {
        this.#tellEnd(`${name} died: ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      } finally {
        this.#depth--;
      }
    };
  }

  #hostCall(name: string, call: Call): Call {
    return (...args) => {
      const asked = describeCall(name, args, this.memory());
      // What the host does within the call comes behind it.
      const result = call(...args);
      this.#say(`${asked}${describeAnswer(name, args, result, this.memory())}`);
      return result;
    };
  }

  #tellEnd(text: string): void {
    this.tell({ depth: this.#depth - 1, text });
  }

  #say(text: string): void {
    this.tell({ depth: this.#depth, text });
  }
}

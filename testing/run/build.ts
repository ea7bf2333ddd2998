import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import type { BuildInput, BuildOutput } from "./build-worker.js";

/** Optimising takes most of the time: seconds. With names, a trap's trace says in which function it was. */
const QUICK = ["--optimizeLevel", "0", "--shrinkLevel", "0", "--debug", "--sourceMap"];

/** Compiles a module's source again and again, in a thread of its own, where the compiler stays warm. */
export class Builder {
  readonly #worker: Worker;

  /**
   * @param folder with `asconfig.json` and `assembly/index.ts`; AssemblyScript is the one that is installed there
   * @param module the file to write
   * @throws where there is no compiler
   */
  constructor(
    private readonly folder: string,
    private readonly module: string,
  ) {
    const input: BuildInput = { compiler: compilerOf(resolve(folder)) };
    this.#worker = new Worker(new URL("./build-worker.js", import.meta.url), { workerData: input });
  }

  /** What the compiler has against it; undefined where the module was written. */
  build(): Promise<string | undefined> {
    const folder = resolve(this.folder);
    const out = ["--outFile", relative(folder, resolve(this.module))];
    const args = ["assembly/index.ts", "--config", "asconfig.json", "--baseDir", folder, ...QUICK, ...out];
    return new Promise((done, fail) => {
      this.#worker.once("error", fail);
      this.#worker.once("message", ({ problem }: BuildOutput) => {
        this.#worker.off("error", fail);
        done(problem);
      });
      this.#worker.postMessage(args);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The compiler that a folder has installed. @throws where there is none */
export function compilerOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const compiler = join(at, "node_modules/assemblyscript/dist/asc.js");
    if (existsSync(compiler)) return compiler;
    if (dirname(at) === at) throw new Error(`assemblyscript is not installed in ${folder}, nor above it`);
  }
}

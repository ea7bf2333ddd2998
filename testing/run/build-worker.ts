import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { Compiler } from "../component/index.js";

/** What the thread is started with. */
export interface BuildInput {
  /** The compiler's file. */
  readonly compiler: string;
}

/** What it answers with. */
export interface BuildOutput {
  /** What the compiler has against the source. */
  readonly problem: string | undefined;
}

const { compiler } = workerData as BuildInput;
const loading = import(pathToFileURL(compiler).href) as Promise<{ readonly default: Compiler }>;

parentPort?.on("message", async (args: string[]) => {
  const asc = (await loading).default;
  const { error, stderr } = await asc.main(args);
  const output: BuildOutput = { problem: error ? stderr.toString().trim() || error.message : undefined };
  parentPort?.postMessage(output);
});

import { parentPort, workerData } from "node:worker_threads";
import { type CheckOptions, checkCodec } from "./check.js";
import { LastCaseBoard } from "./last-case.js";
import type { Report } from "./report.js";

/** What the thread is started with. */
export interface WorkerInput {
  readonly options: Omit<CheckOptions, "before">;
  readonly memory: SharedArrayBuffer;
}

/** What it answers with. */
export type WorkerOutput = { readonly report: Report } | { readonly error: string };

const { options, memory } = workerData as WorkerInput;
const board = new LastCaseBoard(memory);
let output: WorkerOutput;
try {
  output = { report: await checkCodec({ ...options, before: (name, turns) => board.write(name, turns) }) };
} catch (error) {
  output = { error: error instanceof Error ? error.message : String(error) };
}
parentPort?.postMessage(output);

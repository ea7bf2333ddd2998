import { Worker } from "node:worker_threads";
import type { CheckOptions } from "./check.js";
import { LastCaseBoard } from "./last-case.js";
import type { Report } from "./report.js";
import type { WorkerInput, WorkerOutput } from "./worker.js";

/** As for a check, and how long a codec may take over one conversation. */
export interface WatchedOptions extends Omit<CheckOptions, "before"> {
  /** Default 10,000. */
  readonly patienceMs?: number;
}

/**
 * As `checkCodec`, in a thread of its own: a codec that does not return fails the check, with the bytes that it was given.
 * @throws as `checkCodec` does
 */
export async function checkWatched({ patienceMs = 10_000, ...options }: WatchedOptions): Promise<Report> {
  const board = new LastCaseBoard();
  const input: WorkerInput = { options, memory: board.memory };
  const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: input });
  let watch: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Report>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("message", (output: WorkerOutput) => {
        if ("report" in output) resolve(output.report);
        else reject(new Error(output.error));
      });
      let seen = 0;
      watch = setInterval(() => {
        if (board.count === seen && seen > 0) resolve(hung(board, patienceMs));
        seen = board.count;
      }, patienceMs);
    });
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}

function hung(board: LastCaseBoard, patienceMs: number): Report {
  const reason = `the codec did not return within ${patienceMs / 1000} s`;
  const failure = { check: "returns" as const, reason, ...board.read() };
  const checks = [{ check: failure.check, cases: board.count, failure, uncompared: [] }];
  return { lane: undefined, checks, failures: [failure], speed: undefined, memoryBytes: undefined };
}

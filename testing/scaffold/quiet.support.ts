import { availableParallelism, loadavg } from "node:os";

/**
 * What so many milliseconds on a quiet machine may be on this one now: where more is running than there are processors, each has
 * its share of them.
 */
export function onThisMachine(quietMs: number): number {
  return Math.round(quietMs * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
}

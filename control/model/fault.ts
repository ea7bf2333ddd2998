import type { FaultSpec } from "../source/index.js";
import type { Fault } from "./types.js";

/** What is to go wrong with a route's requests, by intent. */
export function faultOf({ delay, abort, seed }: FaultSpec): Fault {
  return {
    ...(seed !== undefined && { seed }),
    // Drawn apart, as Istio has it.
    strikes: [
      ...(delay ? [{ percentage: delay.percentage.value, milliseconds: Math.round(delay.fixedDelay) }] : []),
      ...(abort ? [{ percentage: abort.percentage.value, reply: replyOf(abort) }] : []),
    ],
  };
}

function replyOf({ httpStatus, code, exception, message }: NonNullable<FaultSpec["abort"]>) {
  return {
    ...(httpStatus !== undefined && { status: httpStatus }),
    ...(code !== undefined && { code }),
    ...(exception !== undefined && { exception }),
    ...(message !== undefined && { message }),
  };
}

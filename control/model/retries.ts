import { type Resource, type RetriesSpec, wordsOf } from "../source/index.js";
import type { Problems } from "./problems.js";
import type { Retries } from "./types.js";

/** What a try that timed out is to Envoy. */
const TIMED_OUT = ["5xx", "gateway-error", "reset"];

/** Which requests of a route are sent again. */
export function retriesOf(
  rule: Resource<unknown>,
  { attempts, perTryTimeout, retryOn, codes = [], backoff, retryIgnorePreviousHosts }: RetriesSpec,
  path: readonly PropertyKey[],
  problems: Problems,
): Retries {
  const words = wordsOf(retryOn ?? "");
  const statuses = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const conditions = words.filter((word) => !/^\d+$/.test(word));
  if (perTryTimeout !== undefined && !conditions.some((condition) => TIMED_OUT.includes(condition))) {
    const message = `ends a request, and not only its try: retryOn has none of ${TIMED_OUT.join(", ")}`;
    problems.warning(rule, [...path, "perTryTimeout"], message);
  }
  return {
    attempts,
    conditions,
    statuses,
    codes,
    otherHostFirst: retryIgnorePreviousHosts ?? true,
    ...(perTryTimeout !== undefined && { perTryTimeout }),
    ...(backoff !== undefined && { backOff: backoff }),
  };
}

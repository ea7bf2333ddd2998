import type { HeaderMap } from "../headers/index.js";
import type { ForwardAction } from "../routes/index.js";

/** Milliseconds; 0 is none. */
export interface Timeouts {
  readonly global: number;
  readonly perTry: number;
  /** Status of the reply to a timeout. */
  readonly status: number;
}

/** The route's timeouts, overridden by the request's x-envoy headers, which are taken off. */
export function takeTimeouts(action: ForwardAction, headers: HeaderMap): Timeouts {
  const global = takeMilliseconds(headers, "x-envoy-upstream-rq-timeout-ms") ?? action.timeout;
  const perTry =
    takeMilliseconds(headers, "x-envoy-upstream-rq-per-try-timeout-ms") ?? action.retry?.perTryTimeout ?? 0;
  const status = headers.remove("x-envoy-upstream-rq-timeout-alt-response") ? 204 : 504;
  return {
    global,
    // A try that may take longer than the whole needs no timer of its own.
    perTry: global > 0 && perTry >= global ? 0 : perTry,
    status,
  };
}

function takeMilliseconds(headers: HeaderMap, name: string): number | undefined {
  const text = headers.get(name);
  if (text === undefined) return undefined;
  headers.remove(name);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

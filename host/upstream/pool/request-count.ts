import type { Connector } from "../connect.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import type { Outcome } from "../outliers/index.js";
import type { FailureReason, HttpStreamHandler } from "../types.js";

/** A handler that counts what passes, and what to call when the request is over without any callback (given up). */
export interface Counted {
  readonly handler: HttpStreamHandler;
  readonly done: () => void;
}

/** Counts a request against the circuit breaker; undefined where it is open, and the handler is told so in a moment. */
export function beginRequest(
  { stats, limits, outliers }: Connector,
  endpoint: LiveEndpoint,
  handler: HttpStreamHandler,
): Counted | undefined {
  if (!limits.requests.take()) {
    stats.upstream_rq_active_overflow.inc();
    queueMicrotask(() => handler.onReset("overflow", "max_requests reached", true));
    return undefined;
  }
  stats.upstream_rq_total.inc();
  stats.upstream_rq_active.inc();
  endpoint.stats.rqTotal += 1;
  endpoint.stats.rqActive += 1;
  let active = true;
  const done = () => {
    if (!active) return;
    active = false;
    limits.requests.release();
    stats.upstream_rq_active.dec();
    endpoint.stats.rqActive -= 1;
  };
  const counting: HttpStreamHandler = {
    onPoolReady: (chosen, localAddress) => handler.onPoolReady?.(chosen, localAddress),
    onInformational: (headers) => handler.onInformational?.(headers),
    onHeaders: (headers, endStream) => {
      const status = Number(headers[0]?.[1]);
      if (status >= 500) endpoint.stats.rqError += 1;
      else endpoint.stats.rqSuccess += 1;
      outliers?.report(endpoint, status);
      if (endStream) done();
      handler.onHeaders(headers, endStream);
    },
    onData: (bytes, endStream) => {
      if (endStream) done();
      handler.onData(bytes, endStream);
    },
    onTrailers: (trailers) => {
      done();
      handler.onTrailers(trailers);
    },
    onReset: (reason, detail, neverSent) => {
      if (reason === "remote-reset" || reason === "remote-refused-reset") stats.upstream_rq_rx_reset.inc();
      endpoint.stats.rqError += 1;
      const outcome = outcomeOf(reason);
      if (outcome !== undefined) outliers?.report(endpoint, outcome);
      done();
      handler.onReset(reason, detail, neverSent);
    },
    onDrain: () => handler.onDrain?.(),
  };
  return { handler: counting, done };
}

/** What a failure says of the endpoint; undefined: nothing. */
function outcomeOf(reason: FailureReason): Outcome | undefined {
  if (reason === "connect-failure" || reason === "connect-timeout") return "connect-failure";
  return reason === "overflow" || reason === "protocol-error" ? undefined : "reset";
}

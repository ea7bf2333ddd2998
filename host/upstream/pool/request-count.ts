import type { Connector } from "../connect.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import type { HttpStreamHandler } from "../types.js";

/** A handler that counts what passes, and what to call when the request is over without any callback (given up). */
export interface Counted {
  readonly handler: HttpStreamHandler;
  readonly done: () => void;
}

/** Counts a request against the circuit breaker; undefined where it is open, and the handler is told so in a moment. */
export function beginRequest(
  { stats, limits }: Connector,
  endpoint: LiveEndpoint,
  handler: HttpStreamHandler,
): Counted | undefined {
  if (!limits.requests.take()) {
    stats.upstream_rq_pending_overflow.inc();
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
    onPoolReady: (chosen) => handler.onPoolReady?.(chosen),
    onInformational: (headers) => handler.onInformational?.(headers),
    onHeaders: (headers, endStream) => {
      if (headers[0]?.[1].startsWith("5") === true) endpoint.stats.rqError += 1;
      else endpoint.stats.rqSuccess += 1;
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
      done();
      handler.onReset(reason, detail, neverSent);
    },
    onDrain: () => handler.onDrain?.(),
  };
  return { handler: counting, done };
}

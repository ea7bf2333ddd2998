import type { Counter, Gauge, Histogram, Scope } from "../../stats/index.js";

/** The counters of one connection manager below `http.<stat_prefix>.`. */
export interface HttpStats {
  readonly scope: Scope;
  readonly cxTotal: Counter;
  readonly cxActive: Gauge;
  readonly cxHttp1Total: Counter;
  readonly cxHttp1Active: Gauge;
  readonly cxHttp2Total: Counter;
  readonly cxHttp2Active: Gauge;
  readonly cxDestroy: Counter;
  readonly cxDestroyLocal: Counter;
  readonly cxDestroyRemote: Counter;
  readonly cxLength: Histogram;
  readonly cxRxBytes: Counter;
  readonly cxTxBytes: Counter;
  readonly cxIdleTimeout: Counter;
  readonly cxMaxDuration: Counter;
  readonly cxDrainClose: Counter;
  readonly cxProtocolError: Counter;
  readonly rqTotal: Counter;
  readonly rqHttp1Total: Counter;
  readonly rqHttp2Total: Counter;
  readonly rqActive: Gauge;
  readonly rqCompleted: Counter;
  readonly rqTime: Histogram;
  readonly rqRxReset: Counter;
  readonly rqTxReset: Counter;
  readonly rqIdleTimeout: Counter;
  readonly rqMaxDuration: Counter;
  readonly rqTooLarge: Counter;
  readonly rsTooLarge: Counter;
  /** By status class: index 2 is 2xx. */
  readonly rqClass: readonly (Counter | undefined)[];
}

/** Makes or finds the counters; `scope` is the server's root. */
export function httpStats(root: Scope, statPrefix: string): HttpStats {
  const scope = root.scope(`http.${statPrefix}`);
  const counter = (name: string) => scope.counter(`downstream_${name}`);
  const gauge = (name: string) => scope.gauge(`downstream_${name}`);
  return {
    scope,
    cxTotal: counter("cx_total"),
    cxActive: gauge("cx_active"),
    cxHttp1Total: counter("cx_http1_total"),
    cxHttp1Active: gauge("cx_http1_active"),
    cxHttp2Total: counter("cx_http2_total"),
    cxHttp2Active: gauge("cx_http2_active"),
    cxDestroy: counter("cx_destroy"),
    cxDestroyLocal: counter("cx_destroy_local"),
    cxDestroyRemote: counter("cx_destroy_remote"),
    cxLength: scope.histogram("downstream_cx_length_ms"),
    cxRxBytes: counter("cx_rx_bytes_total"),
    cxTxBytes: counter("cx_tx_bytes_total"),
    cxIdleTimeout: counter("cx_idle_timeout"),
    cxMaxDuration: counter("cx_max_duration_reached"),
    cxDrainClose: counter("cx_drain_close"),
    cxProtocolError: counter("cx_protocol_error"),
    rqTotal: counter("rq_total"),
    rqHttp1Total: counter("rq_http1_total"),
    rqHttp2Total: counter("rq_http2_total"),
    rqActive: gauge("rq_active"),
    rqCompleted: counter("rq_completed"),
    rqTime: scope.histogram("downstream_rq_time"),
    rqRxReset: counter("rq_rx_reset"),
    rqTxReset: counter("rq_tx_reset"),
    rqIdleTimeout: counter("rq_idle_timeout"),
    rqMaxDuration: counter("rq_max_duration_reached"),
    rqTooLarge: counter("rq_too_large"),
    rsTooLarge: scope.counter("rs_too_large"),
    rqClass: [undefined, ...[1, 2, 3, 4, 5].map((digit) => counter(`rq_${digit}xx`))],
  };
}

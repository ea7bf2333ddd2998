import type { Scope } from "../stats/index.js";

const COUNTERS = [
  "lb_healthy_panic",
  "membership_change",
  "upstream_cx_close_notify",
  "upstream_cx_connect_attempts_exceeded",
  "upstream_cx_connect_fail",
  "upstream_cx_connect_timeout",
  "upstream_cx_destroy",
  "upstream_cx_destroy_local",
  "upstream_cx_destroy_local_with_active_rq",
  "upstream_cx_destroy_remote",
  "upstream_cx_destroy_remote_with_active_rq",
  "upstream_cx_destroy_with_active_rq",
  "upstream_cx_http1_total",
  "upstream_cx_http2_total",
  "upstream_cx_max_requests",
  "upstream_cx_none_healthy",
  "upstream_cx_overflow",
  "upstream_cx_total",
  "upstream_rq_active_overflow",
  "upstream_rq_cancelled",
  "upstream_rq_pending_failure_eject",
  "upstream_rq_pending_overflow",
  "upstream_rq_pending_total",
  "upstream_rq_rx_reset",
  "upstream_rq_total",
  "upstream_rq_tx_reset",
] as const;

const GAUGES = [
  "max_host_weight",
  "membership_healthy",
  "membership_total",
  "upstream_cx_active",
  "upstream_rq_active",
  "upstream_rq_pending_active",
] as const;

/** A cluster's counters and gauges that its connections and pools touch, looked up once. */
export type ClusterStats = ReturnType<typeof clusterStats>;

/** All of them start out at zero, so that they show before the first request. */
export function clusterStats(scope: Scope) {
  const counters = Object.fromEntries(COUNTERS.map((name) => [name, scope.counter(name)]));
  const gauges = Object.fromEntries(GAUGES.map((name) => [name, scope.gauge(name)]));
  return {
    scope,
    ...(counters as Record<(typeof COUNTERS)[number], ReturnType<Scope["counter"]>>),
    ...(gauges as Record<(typeof GAUGES)[number], ReturnType<Scope["gauge"]>>),
    connectMs: scope.histogram("upstream_cx_connect_ms"),
    lengthMs: scope.histogram("upstream_cx_length_ms"),
  };
}

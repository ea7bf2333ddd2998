import type { TcpProxy } from "../../../xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { TcpProxySchema } from "../../../xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { ConfigError, durationMs, type Extension } from "../../config/index.js";
import type { Scope } from "../../stats/index.js";

const NAME = TcpProxySchema.typeName;

/** tcp_proxy's settings and stats, the same for all its connections. */
export interface TcpProxyConfig {
  /** Draws the cluster of a new connection. */
  readonly cluster: () => string;
  readonly maxConnectAttempts: number;
  readonly idleTimeoutMs: number;
  readonly maxDurationMs: number;
  readonly stats: ReturnType<typeof tcpStats>;
}

/** Reads the configuration. @throws ConfigError */
export function readTcpProxy(extension: Extension, stats: Scope): TcpProxyConfig {
  const config = extension.decode(TcpProxySchema, {
    [NAME]: [
      "stat_prefix",
      "cluster",
      "weighted_clusters",
      "idle_timeout",
      "max_connect_attempts",
      "max_downstream_connection_duration",
    ],
    [`${NAME}.WeightedCluster`]: ["clusters"],
    [`${NAME}.WeightedCluster.ClusterWeight`]: ["name", "weight"],
  });
  if (config.statPrefix === "") throw new ConfigError(`${extension.path}.stat_prefix`, "must not be empty");
  return {
    cluster: clusterChoice(config, extension.path),
    maxConnectAttempts: config.maxConnectAttempts ?? 1,
    idleTimeoutMs: durationMs(config.idleTimeout, 3_600_000),
    maxDurationMs: durationMs(config.maxDownstreamConnectionDuration, 0),
    stats: tcpStats(stats.scope(`tcp.${config.statPrefix}`)),
  };
}

function clusterChoice({ clusterSpecifier }: TcpProxy, path: string): () => string {
  if (clusterSpecifier.case === "cluster") {
    const name = clusterSpecifier.value;
    return () => name;
  }
  if (clusterSpecifier.case === undefined) throw new ConfigError(path, "expected cluster or weighted_clusters");
  const { clusters } = clusterSpecifier.value;
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) throw new ConfigError(`${path}.weighted_clusters`, "expected clusters with weights above 0");
  return () => {
    let at = Math.random() * total;
    for (const { name, weight } of clusters) {
      at -= weight;
      if (at < 0) return name;
    }
    return clusters.at(-1)?.name ?? "";
  };
}

function tcpStats(scope: Scope) {
  return {
    connections: scope.counter("downstream_cx_total"),
    noRoute: scope.counter("downstream_cx_no_route"),
    received: scope.counter("downstream_cx_rx_bytes_total"),
    sent: scope.counter("downstream_cx_tx_bytes_total"),
    pausedReading: scope.counter("downstream_flow_control_paused_reading_total"),
    resumedReading: scope.counter("downstream_flow_control_resumed_reading_total"),
    idleTimeout: scope.counter("idle_timeout"),
    maxDuration: scope.counter("max_downstream_connection_duration"),
  };
}

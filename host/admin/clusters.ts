import type { Cluster, Endpoint } from "../upstream/index.js";

/** Lines `cluster::host::stat::value`, as Envoy's /clusters. */
export function clustersText(clusters: readonly Cluster[]): string {
  const lines: string[] = [];
  for (const cluster of clusters) {
    const { name } = cluster;
    lines.push(`${name}::observability_name::${cluster.config.altStatName || name}`);
    lines.push(`${name}::added_via_api::true`);
    for (const endpoint of cluster.endpoints) {
      for (const [stat, value] of endpointLines(endpoint)) lines.push(`${name}::${endpoint.name}::${stat}::${value}`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** The same as JSON, in the shape of envoy.admin.v3.Clusters. */
export function clustersJson(clusters: readonly Cluster[]): string {
  const statuses = clusters.map((cluster) => ({
    name: cluster.name,
    added_via_api: true,
    host_statuses: cluster.endpoints.map((endpoint) => ({
      address: addressJson(endpoint),
      stats: endpointLines(endpoint)
        .filter(([, value]) => typeof value === "number")
        .map(([name, value]) => ({ name, value: String(value) })),
      health_status: { eds_health_status: endpoint.healthy ? "HEALTHY" : "UNHEALTHY" },
      weight: endpoint.weight,
      hostname: endpoint.hostname,
    })),
  }));
  return JSON.stringify({ cluster_statuses: statuses });
}

function endpointLines({ stats, weight, priority, hostname, healthy, ejected }: Endpoint): [string, string | number][] {
  return [
    ["cx_active", stats.cxActive],
    ["cx_connect_fail", stats.cxConnectFail],
    ["cx_total", stats.cxTotal],
    ["rq_active", stats.rqActive],
    ["rq_error", stats.rqError],
    ["rq_success", stats.rqSuccess],
    ["rq_timeout", stats.rqTimeout],
    ["rq_total", stats.rqTotal],
    ["hostname", hostname],
    ["health_flags", healthy ? "healthy" : ejected ? "/failed_outlier_check" : "/failed_eds_health"],
    ["weight", weight],
    ["priority", priority],
  ];
}

function addressJson({ address }: Endpoint): object {
  return address.kind === "tcp"
    ? { socket_address: { address: address.host, port_value: address.port } }
    : { envoy_internal_address: { server_listener_name: address.listener, endpoint_id: address.endpointId } };
}

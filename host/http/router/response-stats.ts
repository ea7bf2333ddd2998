import type { Cluster } from "../../upstream/index.js";

/** Counts an upstream's response code under the cluster, as Envoy's CodeStats does; also codes that stand for a failure. */
export function chargeResponse(cluster: Cluster, code: number, internal: boolean, prefix = ""): void {
  const group = `${Math.floor(code / 100)}xx`;
  for (const origin of ["", internal ? "internal." : "external."]) {
    const base = `${prefix}${origin}upstream_rq_`;
    cluster.stats.counter(`${base}completed`).inc();
    cluster.stats.counter(`${base}${group}`).inc();
    cluster.stats.counter(`${base}${code}`).inc();
  }
}

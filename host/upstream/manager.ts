import type { LiveCluster } from "./live-cluster.js";
import type { Cluster, ClusterManager } from "./types.js";

/** The clusters in use. A replacement takes over in one step; the one before finishes what it has. */
export class LiveClusterManager implements ClusterManager {
  private readonly clusters = new Map<string, LiveCluster>();
  private readonly draining = new Set<LiveCluster>();

  get(name: string): Cluster | undefined {
    return this.clusters.get(name);
  }

  all(): readonly Cluster[] {
    return [...this.clusters.values()];
  }

  /** Puts a warmed cluster into use, in place of one of the same name. */
  put(cluster: LiveCluster): void {
    this.retire(cluster.name);
    this.clusters.set(cluster.name, cluster);
  }

  /** Takes a cluster out of use. */
  remove(name: string): void {
    this.retire(name);
    this.clusters.delete(name);
  }

  /** Ends all clusters at once. */
  destroy(): void {
    for (const cluster of [...this.clusters.values(), ...this.draining]) cluster.destroy();
    this.clusters.clear();
  }

  private retire(name: string): void {
    for (const old of this.draining) if (old.idle) this.draining.delete(old);
    const before = this.clusters.get(name);
    if (before === undefined) return;
    before.drain();
    this.draining.add(before);
  }
}

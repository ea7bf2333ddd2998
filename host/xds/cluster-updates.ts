import type { Cluster as ClusterProto } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ClusterLoadAssignment } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { Rejection, Update } from "../../xds/index.js";
import type { Logger } from "../network/index.js";
import { type ClusterContext, LiveCluster, type LiveClusterManager } from "../upstream/index.js";
import { FETCH_TIMEOUT_MS } from "./named-resources.js";
import { rejection } from "./rejection.js";

/** A cluster resource as it was accepted. */
export interface ClusterRecord {
  readonly cluster: ClusterProto;
  readonly version: string;
  readonly updated: Date;
}

interface Warming {
  readonly cluster: LiveCluster;
  /** Its endpoints are known. */
  readonly settle: () => void;
  /** Puts it into use, unless it was replaced meanwhile. */
  readonly finish: () => void;
}

/** CDS and EDS: a cluster is warmed (its first endpoints known) before it takes the place of the one before. */
export class ClusterUpdates {
  /** Dynamic clusters as accepted. */
  readonly records = new Map<string, ClusterRecord>();
  /** EDS assignments as accepted, by the name that clusters ask for. */
  readonly assignments = new Map<string, ClusterLoadAssignment>();
  private readonly live = new Map<string, LiveCluster>();
  private readonly warming = new Map<string, Warming>();

  constructor(
    private readonly manager: LiveClusterManager,
    private readonly context: ClusterContext,
    private readonly logger: Logger,
    private readonly setEdsNames: (names: readonly string[]) => void,
  ) {}

  /** A cluster of the bootstrap. @throws ConfigError */
  addStatic(proto: ClusterProto): Promise<void> {
    return this.warm(new LiveCluster(proto, this.context));
  }

  /** Applies CDS. What is warming is in `warmed`. */
  apply({ changed, removed, version }: Update<ClusterProto>): { rejections: Rejection[]; warmed: Promise<void> } {
    const rejections: Rejection[] = [];
    const warmed: Promise<void>[] = [];
    for (const [name, proto] of changed) {
      if (this.live.has(name) && !this.records.has(name)) {
        this.logger.warn({ cluster: name }, "a cluster of the bootstrap is not replaced by xDS");
        continue;
      }
      try {
        const cluster = new LiveCluster(proto, this.context);
        this.records.set(name, { cluster: proto, version, updated: new Date() });
        warmed.push(this.warm(cluster));
      } catch (error) {
        rejections.push(rejection(name, error, this.logger));
      }
    }
    for (const name of removed) if (this.records.delete(name)) this.remove(name);
    this.askForEndpoints();
    return { rejections, warmed: Promise.all(warmed).then(() => undefined) };
  }

  /** Applies EDS. */
  applyAssignments({ changed }: Update<ClusterLoadAssignment>): Rejection[] {
    const rejections: Rejection[] = [];
    for (const [name, assignment] of changed) {
      try {
        for (const cluster of this.everyCluster()) if (cluster.edsName === name) cluster.setAssignment(assignment);
        this.assignments.set(name, assignment);
        for (const { cluster, settle } of [...this.warming.values()]) if (cluster.edsName === name) settle();
      } catch (error) {
        rejections.push(rejection(name, error, this.logger));
      }
    }
    return rejections;
  }

  /** Clusters that wait for their endpoints. */
  get warmingNames(): readonly string[] {
    return [...this.warming.keys()];
  }

  private warm(cluster: LiveCluster): Promise<void> {
    const { name, edsName } = cluster;
    this.warming.get(name)?.cluster.destroy();
    const assignment = edsName === undefined ? undefined : this.assignments.get(edsName);
    if (assignment !== undefined) cluster.setAssignment(assignment);
    return new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        resolve();
        if (this.warming.get(name)?.cluster !== cluster) return;
        this.warming.delete(name);
        this.live.set(name, cluster);
        this.manager.put(cluster);
      };
      const timer = setTimeout(() => {
        this.logger.warn({ cluster: name }, "no endpoints from the control plane in time; going on without");
        finish();
      }, FETCH_TIMEOUT_MS).unref();
      const { secretsReady } = cluster;
      const settle = secretsReady === undefined ? finish : () => void secretsReady.then(finish);
      this.warming.set(name, { cluster, settle, finish });
      // Static clusters are there at once, so that a replacement is seen in the same turn.
      if (edsName === undefined && !cluster.needsResolution) settle();
      else if (edsName === undefined) void cluster.warm().then(settle);
      else if (assignment !== undefined) settle();
    });
  }

  private remove(name: string): void {
    const warming = this.warming.get(name);
    this.warming.delete(name);
    warming?.finish();
    warming?.cluster.destroy();
    this.live.delete(name);
    this.manager.remove(name);
  }

  private everyCluster(): LiveCluster[] {
    return [...this.live.values(), ...[...this.warming.values()].map(({ cluster }) => cluster)];
  }

  private askForEndpoints(): void {
    const names = new Set(this.everyCluster().flatMap(({ edsName }) => edsName ?? []));
    for (const name of this.assignments.keys()) if (!names.has(name)) this.assignments.delete(name);
    this.setEdsNames([...names]);
  }
}

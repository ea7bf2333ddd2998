import {
  Cluster_DiscoveryType,
  type Cluster as ClusterProto,
} from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ClusterLoadAssignment } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ConfigError, durationMs } from "../config/index.js";
import type { Scope } from "../stats/index.js";
import { type SecretSource, UpstreamTls } from "../tls/index.js";
import { type Balancer, buildBalancer } from "./balancer/index.js";
import { type ClusterSettings, readCluster } from "./cluster-config.js";
import { type ClusterStats, clusterStats } from "./cluster-stats.js";
import { type Connector, connectInTurn, connectTo, type InternalConnect } from "./connect.js";
import { DnsResolution } from "./dns.js";
import { describeAssignment, type EndpointDescription, type LiveEndpoint, PrioritySet } from "./endpoints/index.js";
import { HealthChecker, readHealthChecks } from "./health/index.js";
import { type Limits, readLimits } from "./limits.js";
import { OriginalDestinations } from "./original-destination.js";
import { OutlierDetector, readOutlierDetection } from "./outliers/index.js";
import { createPool, type OwnedPool, type PoolContext } from "./pool/index.js";
import type { Cluster, Endpoint, HttpPool, LoadBalancerContext, TcpConnectHandler } from "./types.js";

/** What clusters are made with. */
export interface ClusterContext {
  readonly stats: Scope;
  readonly internal: InternalConnect;
  /** SDS, where there is a control plane. */
  readonly secrets?: SecretSource;
  readonly onDnsFailure: (cluster: string, host: string, error: unknown) => void;
}

/** How often an ORIGINAL_DST cluster forgets what nobody uses. */
const CLEANUP_MS = 5000;

/** A cluster with its endpoints and pools. */
export class LiveCluster implements Cluster {
  readonly name: string;
  readonly protocol: "http1" | "http2";
  readonly stats: Scope;
  private readonly limits: Limits;
  private readonly settings: ClusterSettings;
  private readonly counters: ClusterStats;
  private readonly balancer: Balancer;
  private readonly poolContext: PoolContext;
  private readonly pools = new Map<LiveEndpoint, OwnedPool>();
  /** Pools of endpoints that left; they go when their last request is over. */
  private readonly leaving = new Set<OwnedPool>();
  private readonly originals: OriginalDestinations | undefined;
  private readonly outliers: OutlierDetector | undefined;
  private readonly health: HealthChecker | undefined;
  private readonly tls: UpstreamTls | undefined;
  private hosts: PrioritySet;
  private dns: DnsResolution | undefined;
  private sweeper: NodeJS.Timeout | undefined;
  private drained = false;

  /** @throws ConfigError for what the host does not implement. */
  constructor(
    readonly config: ClusterProto,
    private readonly context: ClusterContext,
  ) {
    this.settings = readCluster(config);
    this.balancer = buildBalancerFor(config);
    this.name = config.name;
    this.protocol = this.settings.http.protocol;
    // Colons become underscores in stat names, as in Envoy.
    this.stats = context.stats.scope(`cluster.${(config.altStatName || config.name).replaceAll(":", "_")}`);
    this.counters = clusterStats(this.stats);
    const limits = readLimits(config.circuitBreakers, this.stats);
    this.limits = limits;
    const { connectTimeoutMs, bufferLimit, transport, http, panicPercent } = this.settings;
    const { internal, secrets } = context;
    const { passthrough } = transport;
    this.tls = transport.tls && new UpstreamTls(transport.tls.context, transport.tls.path, secrets, this.stats);
    const { tls } = this;
    const outlierSettings = readOutlierDetection(config.outlierDetection);
    const healthSettings = readHealthChecks(config.healthChecks);
    const again = () => this.setHosts(this.hosts.again());
    this.outliers = outlierSettings && new OutlierDetector(outlierSettings, this.stats, again);
    this.health = healthSettings && new HealthChecker(healthSettings, this.stats, tls, again);
    const { outliers } = this;
    const stats = this.counters;
    const connector: Connector = { stats, limits, outliers, connectTimeoutMs, bufferLimit, internal, passthrough, tls };
    this.poolContext = { connector, http };
    this.hosts = new PrioritySet([], panicPercent);
    const inline =
      config.loadAssignment === undefined ? [] : describeAssignment(config.loadAssignment, "load_assignment");
    if (this.discovery === Cluster_DiscoveryType.STATIC) this.setEndpoints(inline);
    if (this.discovery === Cluster_DiscoveryType.STRICT_DNS) this.dns = this.resolution(inline);
    if (this.discovery === Cluster_DiscoveryType.ORIGINAL_DST) {
      this.originals = new OriginalDestinations();
      this.sweeper = setInterval(() => this.sweep(), durationMs(config.cleanupInterval, CLEANUP_MS)).unref();
    }
  }

  get metadata(): Cluster["metadata"] {
    return this.config.metadata?.filterMetadata ?? {};
  }

  get endpoints(): readonly Endpoint[] {
    return this.originals?.all ?? this.hosts.all;
  }

  get maxRetries(): number {
    return this.limits.maxRetries(
      this.counters.upstream_rq_active.value + this.counters.upstream_rq_pending_active.value,
    );
  }

  /** The name under which its endpoints come by EDS; undefined for other clusters. */
  get edsName(): string | undefined {
    if (this.discovery !== Cluster_DiscoveryType.EDS) return undefined;
    return this.config.edsClusterConfig?.serviceName || this.config.name;
  }

  /** Whether `warm` has names to resolve. */
  get needsResolution(): boolean {
    return this.dns !== undefined;
  }

  /** Resolves when its TLS secrets have come; undefined where connections are plain. */
  get secretsReady(): Promise<unknown> | undefined {
    return this.tls?.ready;
  }

  /** Resolves when the first endpoints are known, except for EDS, where `setAssignment` brings them. */
  async warm(): Promise<void> {
    await this.dns?.start();
  }

  /** Endpoints from EDS. @throws ConfigError, and then nothing has changed. */
  setAssignment(assignment: ClusterLoadAssignment): void {
    this.setEndpoints(describeAssignment(assignment));
  }

  pickEndpoint(context: LoadBalancerContext): Endpoint | undefined {
    if (this.hosts.panic) this.counters.lb_healthy_panic.inc();
    const endpoint =
      this.originals === undefined ? this.pick(context) : this.originals.at(this.originalDestination(context));
    if (endpoint === undefined) this.counters.upstream_cx_none_healthy.inc();
    return endpoint;
  }

  httpPool(endpoint: Endpoint): HttpPool {
    const live = endpoint as LiveEndpoint;
    const there = this.pools.get(live);
    if (there !== undefined) return there;
    const pool = createPool(this.poolContext, live);
    if (this.drained) pool.drain();
    this.pools.set(live, pool);
    return pool;
  }

  tcpConnect(endpoint: Endpoint, handler: TcpConnectHandler, waits = false): () => void {
    const { outliers } = this;
    const live = endpoint as LiveEndpoint;
    const connect = waits ? connectInTurn : connectTo;
    if (outliers === undefined) return connect(this.poolContext.connector, live, handler);
    return connect(this.poolContext.connector, live, {
      onConnected: (stream) => {
        outliers.report(live, 200);
        handler.onConnected(stream);
      },
      onFailure: (reason, detail) => {
        if (reason !== "overflow") outliers.report(live, "connect-failure");
        handler.onFailure(reason, detail);
      },
    });
  }

  onTimeout(endpoint: Endpoint): void {
    endpoint.stats.rqTimeout += 1;
    this.outliers?.report(endpoint as LiveEndpoint, "timeout");
  }

  /** Whether no pool has anything going on. */
  get idle(): boolean {
    return [...this.pools.values(), ...this.leaving].every(({ empty }) => empty);
  }

  /** Replaced or removed: what runs is finished, nothing is kept. */
  drain(): void {
    this.drained = true;
    this.stopDiscovery();
    this.outliers?.close();
    this.health?.close();
    this.tls?.close();
    for (const pool of this.pools.values()) pool.drain();
  }

  /** Ends everything at once. */
  destroy(): void {
    this.stopDiscovery();
    this.outliers?.close();
    this.health?.close();
    this.tls?.close();
    for (const pool of [...this.pools.values(), ...this.leaving]) pool.destroy();
  }

  private get discovery(): Cluster_DiscoveryType {
    const { clusterDiscoveryType } = this.config;
    return clusterDiscoveryType.case === "type" ? clusterDiscoveryType.value : Cluster_DiscoveryType.STATIC;
  }

  private pick(context: LoadBalancerContext): LiveEndpoint | undefined {
    let endpoint = this.balancer.pick(context);
    // As Envoy's host_selection_retry_max_attempts; a host that is to be avoided is better than none.
    for (let attempt = 0; attempt < 3 && endpoint !== undefined && context.avoid?.(endpoint) === true; attempt++) {
      endpoint = this.balancer.pick(context);
    }
    return endpoint;
  }

  private originalDestination(context: LoadBalancerContext): string | undefined {
    const { lbConfig } = this.config;
    if (lbConfig.case === "originalDstLbConfig" && lbConfig.value.useHttpHeader) {
      return (
        context.header?.(lbConfig.value.httpHeaderName || "x-envoy-original-dst-host") ?? context.originalDestination
      );
    }
    return context.originalDestination;
  }

  private setEndpoints(descriptions: readonly EndpointDescription[]): void {
    const { next, gone } = this.hosts.update(descriptions);
    this.outliers?.update(next.all);
    this.health?.update(next.all);
    this.setHosts(this.health === undefined ? next : next.again());
    this.counters.membership_change.inc();
    this.counters.membership_total.set(next.all.length);
    this.counters.max_host_weight.set(Math.max(0, ...next.all.map(({ weight }) => weight)));
    for (const endpoint of gone) this.forget(endpoint);
  }

  private setHosts(hosts: PrioritySet): void {
    this.hosts = hosts;
    this.balancer.update(hosts);
    this.counters.membership_healthy.set(hosts.healthyCount);
  }

  private forget(endpoint: LiveEndpoint): void {
    const pool = this.pools.get(endpoint);
    this.pools.delete(endpoint);
    for (const left of this.leaving) if (left.empty) this.leaving.delete(left);
    if (pool === undefined) return;
    pool.drain();
    this.leaving.add(pool);
  }

  private sweep(): void {
    const idle = (host: LiveEndpoint) => host.stats.cxActive === 0 && host.stats.rqActive === 0;
    for (const endpoint of this.originals?.sweep(idle) ?? []) this.forget(endpoint);
  }

  private resolution(targets: readonly EndpointDescription[]): DnsResolution {
    return new DnsResolution(
      targets,
      this.config.dnsLookupFamily,
      durationMs(this.config.dnsRefreshRate, 5000),
      (endpoints) => this.setEndpoints(endpoints),
      (host, error) => this.context.onDnsFailure(this.name, host, error),
    );
  }

  private stopDiscovery(): void {
    this.dns?.close();
    clearInterval(this.sweeper);
  }
}

/** Which discovery types there are, and what goes with each. */
function buildBalancerFor(config: ClusterProto): Balancer {
  const { clusterDiscoveryType } = config;
  if (clusterDiscoveryType.case === "clusterType") {
    throw new ConfigError("cluster_type", "custom cluster types are not implemented by this host");
  }
  const type = clusterDiscoveryType.value ?? Cluster_DiscoveryType.STATIC;
  if (type === Cluster_DiscoveryType.ORIGINAL_DST) return { update: () => undefined, pick: () => undefined };
  if (type === Cluster_DiscoveryType.LOGICAL_DNS) {
    throw new ConfigError("type", "LOGICAL_DNS is not implemented by this host; STRICT_DNS is");
  }
  return buildBalancer(config);
}

import type { Any } from "@bufbuild/protobuf/wkt";
import type { RouteConfiguration } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import type { RuntimeSource } from "../runtime/index.js";
import type { Scope } from "../stats/index.js";
import type { SecretSource } from "../tls/index.js";
import type { ClusterManager } from "../upstream/index.js";
import type { VmRegistry } from "../vm/index.js";
import type { FactoryContext, ListenerInfo, Logger, NetworkFilterKind, NodeInfo, ResourceProvider } from "./types.js";

/** A provider that also says when it has its first value, or has given up waiting for one. */
export interface WarmingProvider<T> extends ResourceProvider<T> {
  readonly ready: Promise<void>;
}

/** Subscriptions to what filters are configured by; host/xds has them. */
export interface DiscoveryServices {
  routeConfig<T>(name: string, compile: (config: RouteConfiguration) => T): WarmingProvider<T>;
  extensionConfig<T>(name: string, compile: (config: Any) => T | Promise<T>): WarmingProvider<T>;
}

/** What all listeners share. */
export interface ListenerServices {
  readonly stats: Scope;
  readonly clusters: ClusterManager;
  readonly node: NodeInfo;
  readonly logger: Logger;
  readonly wasm: VmRegistry;
  readonly runtime: RuntimeSource;
  readonly discovery: DiscoveryServices & SecretSource;
  readonly filters: ReadonlyMap<string, NetworkFilterKind>;
}

/** The context in which one listener's filters, or one version of a discovered filter, are made. */
export class ListenerScope implements FactoryContext {
  readonly stats: Scope;
  readonly clusters: ClusterManager;
  readonly node: NodeInfo;
  readonly logger: Logger;
  readonly wasm: VmRegistry;
  readonly runtime: RuntimeSource;
  private readonly waits: Promise<unknown>[] = [];
  private readonly disposals: (() => void)[] = [];
  private disposed = false;

  constructor(
    private readonly services: ListenerServices,
    readonly listener: ListenerInfo,
  ) {
    this.stats = services.stats;
    this.clusters = services.clusters;
    this.node = services.node;
    this.logger = services.logger;
    this.wasm = services.wasm;
    this.runtime = services.runtime;
  }

  /** Everything that was waited for has come. */
  async warmed(): Promise<void> {
    await Promise.all(this.waits);
  }

  /** A scope of its own for what may be replaced while the listener stays. */
  child(): ListenerScope {
    return new ListenerScope(this.services, this.listener);
  }

  routeConfig<T>(name: string, compile: (config: RouteConfiguration) => T): ResourceProvider<T> {
    return this.keep(this.services.discovery.routeConfig(name, compile));
  }

  extensionConfig<T>(name: string, compile: (config: Any) => T | Promise<T>): ResourceProvider<T> {
    return this.keep(this.services.discovery.extensionConfig(name, compile));
  }

  waitFor(ready: Promise<unknown>): void {
    this.waits.push(ready);
  }

  onDispose(dispose: () => void): void {
    if (this.disposed) dispose();
    else this.disposals.push(dispose);
  }

  dispose(): void {
    this.disposed = true;
    for (const dispose of this.disposals.splice(0)) dispose();
  }

  private keep<T>(provider: WarmingProvider<T>): ResourceProvider<T> {
    this.waitFor(provider.ready);
    this.onDispose(() => provider.close());
    return provider;
  }
}

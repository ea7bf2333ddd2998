import { create, type JsonObject, toJson } from "@bufbuild/protobuf";
import type { Bootstrap } from "../xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import { LocalitySchema, NodeSchema } from "../xds/gen/envoy/config/core/v3/base_pb.js";
import { type Admin, configDump, startAdmin } from "./admin/index.js";
import { adsClient } from "./ads.js";
import { ConfigError, parseBootstrap, tcpAddress } from "./config/index.js";
import { ListenerManager, type Logger, type NodeInfo } from "./network/index.js";
import { networkFilters } from "./registry.js";
import { Runtime } from "./runtime/index.js";
import { readStatTags, StatsStore } from "./stats/index.js";
import { type ClusterContext, LiveClusterManager } from "./upstream/index.js";
import { createVmRegistry, ofMessage, type VmRegistry, type VmServices } from "./vm/index.js";
import { grpcCaller, httpCaller, wasmServices } from "./wasm/index.js";
import { Discovery } from "./xds/index.js";

/** How long `close` waits for connections to flush. */
const CLOSE_PATIENCE_MS = 2000;

/** A codec with a full buffer for each of several hundred connections stays below. */
const VM_MEMORY_BYTES = 512 * 2 ** 20;

/** Options of {@link startHost}. */
export interface HostOptions {
  /** Envoy's bootstrap, YAML or JSON. */
  readonly bootstrap: string;
  /** A pino logger, or anything like it; none by default. */
  readonly logger?: Logger;
  /** Told of every call between the host and modules; costs much. */
  readonly trace?: VmServices["trace"];
  /** Told when calls into a VM begin and end. */
  readonly watch?: VmServices["watch"];
  /** What the memory of each Wasm VM may grow to. Default 512 MiB. */
  readonly vmMemoryBytes?: number;
  /** The admin interface's port, in place of the bootstrap's. */
  readonly adminPort?: number;
  /** Where the proxy is, `region/zone/subzone` or its beginning, in place of what the bootstrap's node says. */
  readonly locality?: string | undefined;
  /** How many data planes before this one were ended because they did not answer; shown in the stats. */
  readonly replaced?: number;
}

/** A running proxy. */
export interface Host {
  readonly adminPort: number;
  /** Resolves when listeners take connections: the static ones, and the first that the control plane sends. */
  ready(): Promise<void>;
  /** The port of a listener by name, also where the configuration says 0; undefined while it is not there. */
  listenerPort(name: string): number | undefined;
  /** Stops listening, lets connections flush, and ends. */
  close(): Promise<void>;
}

/** A logger that says nothing. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * Starts a proxy from an Envoy bootstrap.
 * @throws ConfigError for a bootstrap that the host does not take, with line and field
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const bootstrap = parseBootstrap(options.bootstrap);
  if (options.locality !== undefined && bootstrap.node !== undefined) {
    const [region = "", zone = "", subZone = ""] = options.locality.split("/");
    bootstrap.node.locality = create(LocalitySchema, { region, zone, subZone });
  }
  const host = new RunningHost(bootstrap, options.logger ?? SILENT, options);
  try {
    await host.start();
  } catch (error) {
    await host.close();
    throw error;
  }
  return host;
}

class RunningHost implements Host {
  private readonly stats = new StatsStore();
  private readonly clusters = new LiveClusterManager();
  private readonly runtime: Runtime;
  private readonly wasm: VmRegistry;
  private readonly client: ReturnType<typeof adsClient>;
  private readonly discovery: Discovery;
  private readonly listeners: ListenerManager;
  private readonly startTime = Date.now();
  private readonly live: Promise<void>;
  private setLive = (): void => undefined;
  private state: "PRE_INITIALIZING" | "INITIALIZING" | "LIVE" | "DRAINING" = "PRE_INITIALIZING";
  private admin: Admin | undefined;

  constructor(
    private readonly bootstrap: Bootstrap,
    private readonly logger: Logger,
    private readonly options: HostOptions,
  ) {
    const { stats, clusters } = this;
    this.live = new Promise((resolve) => {
      this.setLive = resolve;
    });
    this.runtime = new Runtime(bootstrap.layeredRuntime, stats.scope("runtime"));
    const xdsNode = bootstrap.node;
    const properties = {
      property: (name: string) =>
        name === "xds" && xdsNode !== undefined
          ? ({
              kind: "namespace",
              get: (key: string) => (key === "node" ? ofMessage(NodeSchema, xdsNode) : undefined),
            } as const)
          : undefined,
    };
    const callers = { httpCall: httpCaller(clusters), grpc: grpcCaller(clusters) };
    const { trace, watch, replaced = 0, vmMemoryBytes: maxMemoryBytes = VM_MEMORY_BYTES } = options;
    // Envoy's name for threads that did not answer.
    stats.counter("workers.watchdog_mega_miss").inc(replaced);
    this.wasm = createVmRegistry(wasmServices({ stats, logger, ...callers, properties, trace, watch, maxMemoryBytes }));
    this.client = adsClient(bootstrap, stats, logger);
    const clusterContext: ClusterContext = {
      stats,
      internal: (listener, endpointId, state) => this.listeners.connect(listener, endpointId, state),
      onDnsFailure: (cluster, host, err) => logger.warn({ cluster, host, err }, "a name does not resolve"),
    };
    this.discovery = new Discovery({ client: this.client, manager: clusters, clusterContext, stats, logger });
    this.listeners = new ListenerManager({
      stats,
      clusters,
      node: nodeInfo(bootstrap),
      logger,
      wasm: this.wasm,
      runtime: this.runtime,
      discovery: this.discovery,
      filters: networkFilters,
    });
  }

  get adminPort(): number {
    return this.admin?.port ?? 0;
  }

  /** Brings up the admin port and what is static, then goes on with what the control plane sends. */
  async start(): Promise<void> {
    const { bootstrap } = this;
    if (bootstrap.admin?.address !== undefined) {
      const address = tcpAddress(bootstrap.admin.address, "admin.address");
      await this.startAdmin({ ...address, port: this.options.adminPort ?? address.port });
    }
    const resources = bootstrap.staticResources;
    for (const [index, cluster] of (resources?.clusters ?? []).entries()) {
      await within(`static_resources.clusters[${index}]`, () => this.discovery.clusters.addStatic(cluster));
    }
    this.state = "INITIALIZING";
    const waits: Promise<void>[] = [];
    const internals: Promise<void>[] = [];
    const listeners = [...(resources?.listeners ?? []).entries()];
    const isInternal = (index: number) => resources?.listeners[index]?.listenerSpecifier.case === "internalListener";
    for (const [index, listener] of listeners.sort(([a], [b]) => Number(isInternal(b)) - Number(isInternal(a)))) {
      const put = async () => {
        const { ready } = await this.listeners.put(listener, isInternal(index) ? [] : internals);
        (isInternal(index) ? internals : waits).push(ready);
      };
      await within(`static_resources.listeners[${index}]`, put);
    }
    void this.initialise([...internals, ...waits]);
  }

  ready(): Promise<void> {
    return this.live;
  }

  listenerPort(name: string): number | undefined {
    return this.listeners.all.find(({ settings }) => settings.name === name)?.port;
  }

  async close(): Promise<void> {
    this.state = "DRAINING";
    this.client?.close();
    this.listeners.close();
    await this.flushed();
    this.clusters.destroy();
    this.wasm.close();
    await this.admin?.close();
  }

  private async initialise(statics: readonly Promise<void>[]): Promise<void> {
    this.client?.start();
    const { dynamicResources } = this.bootstrap;
    await this.discovery.startRuntime(this.runtime);
    if (dynamicResources?.cdsConfig !== undefined) await this.discovery.startClusters();
    await Promise.all(statics);
    if (this.state !== "INITIALIZING") return;
    if (dynamicResources?.ldsConfig !== undefined) await this.discovery.startListeners(this.listeners);
    if (this.state !== "INITIALIZING") return;
    this.state = "LIVE";
    this.logger.info({ listeners: this.listeners.all.map(({ address }) => address) }, "ready");
    this.setLive();
  }

  private async startAdmin(address: { host: string; port: number }): Promise<void> {
    const { stats, bootstrap } = this;
    const node = bootstrap.node;
    this.admin = await startAdmin(address, {
      stats,
      statTags: readStatTags(bootstrap.statsConfig),
      clusters: () => this.clusters.all(),
      listeners: () =>
        this.listeners.all.map((listener) => ({
          name: listener.settings.name,
          address: listener.address,
          port: listener.port,
        })),
      state: () => this.state,
      configDump: () => configDump(bootstrap, this.discovery),
      node: node === undefined ? {} : (toJson(NodeSchema, node) as JsonObject),
      startTime: this.startTime,
    });
  }

  /** Until every connection has closed, or long enough. */
  private async flushed(): Promise<void> {
    const end = Date.now() + CLOSE_PATIENCE_MS;
    while (this.listeners.openConnections > 0 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.listeners.destroyConnections();
  }
}

function nodeInfo({ node }: Bootstrap): NodeInfo {
  return { id: node?.id ?? "", cluster: node?.cluster ?? "", metadata: node?.metadata ?? {} };
}

/** Puts where it was in front of a ConfigError's path. */
async function within(path: string, build: () => Promise<void>): Promise<void> {
  try {
    await build();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.path === "" ? path : `${path}.${error.path}`, error.reason);
  }
}

import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import {
  type TypedExtensionConfig,
  TypedExtensionConfigSchema,
} from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { ClusterLoadAssignmentSchema } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import { type Secret, SecretSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { type Runtime as RuntimeLayer, RuntimeSchema } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import type { AdsClient, Rejection, Subscription, Update } from "../../xds/index.js";
import { ConfigError, checkSupported } from "../config/index.js";
import type { DiscoveryServices, ListenerManager, Logger } from "../network/index.js";
import type { Runtime } from "../runtime/index.js";
import type { Scope } from "../stats/index.js";
import { type SecretSource, TLS_FIELDS } from "../tls/index.js";
import type { ClusterContext, LiveClusterManager } from "../upstream/index.js";
import { ClusterUpdates } from "./cluster-updates.js";
import { ListenerUpdates } from "./listener-updates.js";
import { FETCH_TIMEOUT_MS, NamedResources } from "./named-resources.js";

/** The pieces of a host that discovery feeds. */
export interface DiscoveryOptions {
  /** Undefined: a static configuration. */
  readonly client: AdsClient | undefined;
  readonly manager: LiveClusterManager;
  readonly clusterContext: ClusterContext;
  readonly stats: Scope;
  readonly logger: Logger;
}

/** All subscriptions of a host, in Envoy's order: the runtime, clusters and their endpoints, then listeners, then what those ask for. */
export class Discovery implements DiscoveryServices, SecretSource {
  readonly clusters: ClusterUpdates;
  readonly routes: NamedResources<RouteConfiguration>;
  readonly extensions: NamedResources<TypedExtensionConfig>;
  readonly secrets: NamedResources<Secret>;
  private listenerUpdates: ListenerUpdates | undefined;
  private readonly asks: Partial<Record<"eds" | "rds" | "ecds" | "sds", Subscription>> = {};

  constructor(private readonly options: DiscoveryOptions) {
    const { manager, clusterContext, logger } = options;
    this.routes = new NamedResources((names) => this.asks.rds?.setNames(names), logger);
    this.extensions = new NamedResources((names) => this.asks.ecds?.setNames(names), logger);
    this.secrets = new NamedResources((names) => this.asks.sds?.setNames(names), logger);
    this.clusters = new ClusterUpdates(manager, { ...clusterContext, secrets: this }, logger, (names) =>
      this.asks.eds?.setNames(names),
    );
    const { client } = options;
    if (client === undefined) return;
    const counted = <M>(
      scope: string,
      apply: (update: Update<M>) => readonly Rejection[] | Promise<readonly Rejection[]>,
    ) => this.counted(scope, apply);
    const eds = counted("cluster_manager.eds", (update: Parameters<ClusterUpdates["applyAssignments"]>[0]) =>
      this.clusters.applyAssignments(update),
    );
    this.asks.eds = client.subscribe(ClusterLoadAssignmentSchema, { onUpdate: eds }, []);
    const rds = counted("rds", (update: Update<RouteConfiguration>) => this.routes.apply(update));
    this.asks.rds = client.subscribe(RouteConfigurationSchema, { onUpdate: rds }, []);
    const ecds = counted("extension_config_discovery", (update: Update<TypedExtensionConfig>) =>
      this.extensions.apply(update),
    );
    this.asks.ecds = client.subscribe(TypedExtensionConfigSchema, { onUpdate: ecds }, []);
    const sds = counted("sds", (update: Update<Secret>) => this.secrets.apply(update));
    this.asks.sds = client.subscribe(SecretSchema, { onUpdate: sds }, []);
  }

  /** Dynamic listeners as accepted. */
  get listeners(): ListenerUpdates["records"] {
    return this.listenerUpdates?.records ?? new Map();
  }

  /** Subscribes to the runtime's layers; resolves when they are there. */
  async startRuntime(runtime: Runtime): Promise<void> {
    if (runtime.discovered.length === 0) return;
    const apply = ({ changed }: Update<RuntimeLayer>) => {
      for (const [name, { layer }] of changed) runtime.put(name, layer ?? {});
      return { rejections: [], warmed: Promise.resolve() };
    };
    const scope = `runtime.${runtime.discovered.join(".")}`;
    return this.first(
      scope,
      (client, count) => client.subscribe(RuntimeSchema, { onUpdate: count(apply) }, runtime.discovered),
      runtime.patience,
    );
  }

  /** Subscribes to clusters; resolves when the first ones are warm. */
  startClusters(): Promise<void> {
    return this.first("cluster_manager.cds", (client, count) =>
      client.subscribe(ClusterSchema, {
        onUpdate: count((update) => this.clusters.apply(update)),
      }),
    );
  }

  /** Subscribes to listeners; resolves when the first ones take connections. */
  startListeners(manager: ListenerManager): Promise<void> {
    const updates = new ListenerUpdates(manager, this.options.logger);
    this.listenerUpdates = updates;
    return this.first("listener_manager.lds", (client, count) =>
      client.subscribe(ListenerSchema, { onUpdate: count((update) => updates.apply(update)) }),
    );
  }

  routeConfig<T>(name: string, compile: (config: RouteConfiguration) => T) {
    this.needClient(`rds of ${name}`);
    return this.routes.subscribe(name, compile);
  }

  extensionConfig<T>(
    name: string,
    compile: (config: NonNullable<TypedExtensionConfig["typedConfig"]>) => T | Promise<T>,
  ) {
    this.needClient(`config_discovery of ${name}`);
    return this.extensions.subscribe(name, ({ typedConfig }) => {
      if (typedConfig === undefined) throw new ConfigError("typed_config", "must be set");
      return compile(typedConfig);
    });
  }

  secret<T>(name: string, compile: (secret: Secret) => T) {
    this.needClient(`sds of ${name}`);
    return this.secrets.subscribe(name, (secret) => {
      checkSupported(SecretSchema, secret, TLS_FIELDS);
      return compile(secret);
    });
  }

  private needClient(what: string): void {
    if (this.options.client === undefined) throw new ConfigError("", `${what} needs dynamic_resources.ads_config`);
  }

  /** Subscribes, and resolves when the first update is applied and warm, or when it has not come in time. */
  private first(
    scope: string,
    subscribe: (
      client: AdsClient,
      count: <M>(
        apply: (update: Update<M>) => Applied | Promise<Applied>,
      ) => (update: Update<M>) => Promise<Rejection[]>,
    ) => void,
    patience = FETCH_TIMEOUT_MS,
  ): Promise<void> {
    const { client, logger } = this.options;
    if (client === undefined) return Promise.resolve();
    return new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        logger.warn({ waitingFor: scope }, "no answer from the control plane in time; going on without");
        resolve();
      }, patience).unref();
      subscribe(client, (apply) =>
        this.counted(scope, async (update) => {
          const { rejections, warmed } = await apply(update);
          clearTimeout(timer);
          void warmed.then(resolve);
          return rejections;
        }),
      );
    });
  }

  private counted<M>(
    name: string,
    apply: (update: Update<M>) => readonly Rejection[] | Promise<readonly Rejection[]>,
  ): (update: Update<M>) => Promise<Rejection[]> {
    const scope = this.options.stats.scope(name);
    const [attempt, success, rejected] = ["update_attempt", "update_success", "update_rejected"].map((counter) =>
      scope.counter(counter),
    );
    return async (update) => {
      attempt?.inc();
      const rejections = await apply(update);
      (rejections.length === 0 ? success : rejected)?.inc();
      for (const { name: resource, reason } of rejections) {
        this.options.logger.warn({ type: name, resource, reason }, "a resource is refused; the last good one stays");
      }
      return [...rejections];
    };
  }
}

interface Applied {
  readonly rejections: Rejection[];
  readonly warmed: Promise<void>;
}

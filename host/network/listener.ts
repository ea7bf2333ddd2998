import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { JsonValue } from "@bufbuild/protobuf";
import type { Listener as ListenerProto } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { MemoryDuplex } from "../bytes/index.js";
import { ConfigError, hostPort } from "../config/index.js";
import { DownstreamTls, type TlsIdentity } from "../tls/index.js";
import type { PassthroughState } from "../upstream/index.js";
import { Acceptor } from "./acceptor.js";
import { buildFilters } from "./build-filters.js";
import { type ListenerSettings, readListener } from "./listener-config.js";
import { ListenerScope, type ListenerServices } from "./listener-scope.js";
import { ServerConnection } from "./server-connection.js";
import { createStreamInfo } from "./stream-info.js";
import type { NetworkFilterFactory } from "./types.js";

const ORIGINAL_DST = "envoy.filters.listener.original_dst";

/** A listener with its connections. */
export class Listener {
  readonly connections = new Set<ServerConnection>();
  /** Their streams, which may outlive them while they flush. */
  readonly transports = new Set<Duplex>();
  private readonly counters;
  private acceptor: Acceptor | undefined;
  private retired = false;
  /** Clients whose handshake is going on. */
  private handshakes = 0;

  private constructor(
    readonly config: ListenerProto,
    readonly settings: ListenerSettings,
    private readonly services: ListenerServices,
    private readonly scope: ListenerScope,
    private readonly factories: readonly NetworkFilterFactory[],
    private readonly tls: DownstreamTls | undefined,
  ) {
    const { stats } = scope.listener;
    this.counters = {
      total: stats.counter("downstream_cx_total"),
      active: stats.gauge("downstream_cx_active"),
      destroyed: stats.counter("downstream_cx_destroy"),
      noFilter: stats.counter("extension_config_missing"),
      length: stats.histogram("downstream_cx_length_ms"),
    };
  }

  /** Reads the configuration and makes the filters; nothing listens yet. @throws ConfigError */
  static async build(config: ListenerProto, services: ListenerServices): Promise<Listener> {
    const settings = readListener(config);
    const scope = new ListenerScope(services, {
      name: settings.name,
      stats: services.stats.scope(`listener.${settings.statName}`),
      metadata: settings.metadata,
      direction: settings.direction,
      filterChain: settings.filterChain,
    });
    try {
      const factories = await buildFilters(settings.filters, settings.filtersPath, services.filters, scope);
      return new Listener(config, settings, services, scope, factories, listenerTls(settings, services, scope));
    } catch (error) {
      scope.dispose();
      throw error;
    }
  }

  /** `ip:port` with the real port, or `envoy://name/`. */
  get address(): string {
    if (this.settings.address === undefined) return `envoy://${this.settings.name}/`;
    return hostPort(this.settings.address.host, this.port ?? this.settings.address.port);
  }

  get port(): number | undefined {
    return this.acceptor?.port;
  }

  /** Binds, or takes over the port of the listener that this one replaces. Connections wait until `activate`. */
  async bind(before: Listener | undefined): Promise<void> {
    const { address, backlog, bufferLimit } = this.settings;
    if (address === undefined) return;
    const same = before?.settings.address;
    if (before?.acceptor !== undefined && same?.host === address.host && same.port === address.port) {
      this.acceptor = before.acceptor;
      return;
    }
    try {
      this.acceptor = await Acceptor.bind(address.host, address.port, backlog, bufferLimit);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ConfigError("address", `cannot bind ${hostPort(address.host, address.port)}: ${message}`);
    }
  }

  /** Resolves when routes and extensions are there. */
  warmed(): Promise<void> {
    return this.scope.warmed();
  }

  /** New connections come here from now on. */
  activate(): void {
    this.acceptor?.deliverTo((socket) => this.acceptSocket(socket));
  }

  /** An in-memory connection to this internal listener; the result is the caller's end. */
  connect(endpointId: string, { metadata }: PassthroughState): Duplex {
    const [near, far] = MemoryDuplex.pair();
    const name = `envoy://${this.settings.name}/${endpointId}`;
    const original = this.settings.originalDst ? text(metadata[ORIGINAL_DST]?.["local"]) : undefined;
    this.serve(far, {
      info: createStreamInfo(metadata),
      localAddress: original ?? name,
      remoteAddress: "envoy://internal_client_address/",
      originalDestination: original,
    });
    return near;
  }

  /** Takes no more connections; `keepPort` where a successor has taken it over. Configuration goes with the last one. */
  retire(keepPort: boolean): void {
    this.retired = true;
    if (!keepPort) this.acceptor?.close();
    this.disposeWhenEmpty();
  }

  /** Closes what is still open. */
  closeConnections(): void {
    for (const connection of [...this.connections]) connection.close("flush", "listener_drained");
    this.tls?.destroy();
  }

  private acceptSocket(socket: Socket): void {
    // A client that is gone already has no addresses.
    const local = hostPort(socket.localAddress ?? "", socket.localPort ?? 0);
    const remote = hostPort(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    const about = { info: createStreamInfo(), localAddress: local, remoteAddress: remote };
    if (this.tls === undefined) {
      this.serve(socket, { ...about, socket });
      return;
    }
    this.handshakes += 1;
    this.tls.accept(socket, {
      onSecure: (stream, tls) => {
        this.handshakes -= 1;
        this.serve(stream, { ...about, socket, tls });
      },
      onFailure: () => {
        this.handshakes -= 1;
        this.disposeWhenEmpty();
      },
    });
  }

  private serve(
    transport: Duplex,
    about: Pick<ServerConnection, "info" | "localAddress" | "remoteAddress"> & {
      originalDestination?: string | undefined;
      socket?: Socket;
      tls?: TlsIdentity;
    },
  ): void {
    const connection = new ServerConnection({
      ...about,
      transport,
      bufferLimit: this.settings.bufferLimit,
      onDefect: (error) => {
        this.services.logger.error({ err: error, listener: this.settings.name }, "a network filter failed");
      },
      onClosed: (closed) => {
        this.counters.active.dec();
        this.counters.destroyed.inc();
        this.counters.length.record(Date.now() - closed.info.startTime);
        this.connections.delete(closed);
        this.disposeWhenEmpty();
      },
    });
    this.counters.total.inc();
    this.counters.active.inc();
    this.connections.add(connection);
    this.transports.add(transport);
    transport.once("close", () => this.transports.delete(transport));
    if (!connection.start(this.factories)) this.counters.noFilter.inc();
  }

  private disposeWhenEmpty(): void {
    if (this.retired && this.connections.size === 0 && this.handshakes === 0) this.scope.dispose();
  }
}

/** Its secrets are waited for with everything else, and given up with it. */
function listenerTls(
  { tls }: ListenerSettings,
  { discovery }: ListenerServices,
  scope: ListenerScope,
): DownstreamTls | undefined {
  if (tls === undefined) return undefined;
  const made = new DownstreamTls(tls.context, tls.path, discovery, scope.listener.stats);
  scope.waitFor(made.ready);
  scope.onDispose(() => made.close());
  return made;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

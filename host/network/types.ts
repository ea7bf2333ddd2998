import type { Any } from "@bufbuild/protobuf/wkt";
import type { RouteConfiguration } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import type { ByteQueue } from "../bytes/index.js";
import type { Extension } from "../config/index.js";
import type { RuntimeSource } from "../runtime/index.js";
import type { Scope } from "../stats/index.js";
import type { TlsIdentity } from "../tls/index.js";
import type { ClusterManager, Endpoint, FilterMetadata } from "../upstream/index.js";
import type { VmRegistry } from "../vm/index.js";

/** What a filter says after a callback: go on to the next filter, or keep the bytes here until more comes. */
export const FilterStatus = { Continue: 0, StopIteration: 1 } as const;
export type FilterStatus = (typeof FilterStatus)[keyof typeof FilterStatus];

/** How a connection ended. */
export type CloseEvent = "local" | "remote";

/** flush: what was written goes out first. reset: at once, with RST where the transport has one. */
export type CloseType = "flush" | "no-flush" | "reset";

/** Envoy's response flags, by their short names. */
export type ResponseFlag =
  | "DC"
  | "DI"
  | "DPE"
  | "DR"
  | "DT"
  | "FI"
  | "IH"
  | "LH"
  | "LR"
  | "NC"
  | "NFCF"
  | "NR"
  | "OM"
  | "RFCF"
  | "RL"
  | "RLSE"
  | "SI"
  | "UAEX"
  | "UC"
  | "UF"
  | "UH"
  | "UMSDR"
  | "UO"
  | "UPE"
  | "UR"
  | "URX"
  | "UT";

/** What is known about a connection, or about a request on it; filters add to it and logs read it. */
export interface StreamInfo {
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** Dynamic metadata by namespace; replace a namespace's object rather than changing it in place. */
  readonly dynamicMetadata: Record<string, FilterMetadata[string]>;
  /** Filter state by object key; all our objects are strings or bytes. */
  readonly filterState: Map<string, string | Uint8Array>;
  readonly responseFlags: Set<ResponseFlag>;
  upstreamCluster?: string | undefined;
  /** Of the cluster that an upstream was chosen from. */
  upstreamClusterMetadata?: FilterMetadata | undefined;
  upstreamEndpoint?: Endpoint | undefined;
  /** Of the connection to it. */
  upstreamLocalAddress?: string | undefined;
  /** Milliseconds from the choice of the endpoint until there was a connection to it. */
  upstreamReadyMs?: number | undefined;
  /** Milliseconds from the request's first byte to the upstream until the last of its response. */
  upstreamLatencyMs?: number | undefined;
  upstreamFailure?: string | undefined;
  /** How often an upstream was tried. */
  upstreamAttempts: number;
  terminationDetails?: string | undefined;
}

/** A downstream connection, on a socket or in memory, with its filter chain. */
export interface Connection {
  readonly id: number;
  readonly info: StreamInfo;
  /** `ip:port`, or `envoy://listener/endpointId` on internal connections. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** Where the client meant to go (listener filter original_dst): `ip:port`. */
  readonly originalDestination?: string | undefined;
  /** What the handshake told; undefined on plain connections. */
  readonly tls?: TlsIdentity | undefined;
  readonly state: "open" | "closing" | "closed";
  /** `per_connection_buffer_limit_bytes`. */
  readonly bufferLimit: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** False while more than the limit waits to go out; `onWritable` of the filters tells when that ends. */
  readonly writable: boolean;
  /** Sends bytes through the write filters (last filter first) to the client. The connection keeps the view. */
  write(bytes: Uint8Array, endOfStream: boolean): void;
  /** Stops or restarts reading from the client; calls are counted, each `true` needs its `false`. */
  readDisable(disable: boolean): void;
  /** With half-close the client's FIN is an end of stream; without, it closes the connection. Off at first. */
  enableHalfClose(): void;
  close(type: CloseType, details?: string): void;
}

/** What a filter gets when it is made. */
export interface FilterCallbacks {
  readonly connection: Connection;
  /** Takes the iteration up again behind this filter, with the bytes that it held. */
  continueReading(): void;
}

/**
 * A network filter of one connection. Filters see client bytes in chain order through `onData` and bytes towards the
 * client in reverse order through `onWrite`. The queue is the connection's own: a filter changes it in place, and
 * what is left when it returns Continue goes on to the next. A terminal filter (tcp_proxy, HCM) drains it.
 * After StopIteration the bytes stay, and the next call shows them again with the new ones at the end, beginning with
 * the first filter of the chain, as in Envoy.
 */
export interface NetworkFilter {
  onNewConnection?(): FilterStatus;
  onData?(buffer: ByteQueue, endOfStream: boolean): FilterStatus;
  onWrite?(buffer: ByteQueue, endOfStream: boolean): FilterStatus;
  /** Below the low watermark again after `connection.writable` was false. */
  onWritable?(): void;
  /** The connection is closed; called once for each filter, also when the filter closed it itself. */
  onClose?(event: CloseEvent): void;
}

/** Makes the filter of a new connection; undefined (no config there yet) closes the connection. */
export type NetworkFilterFactory = (callbacks: FilterCallbacks) => NetworkFilter | undefined;

/** The last accepted version of a resource, compiled. Read it once for each stream and keep what it gave. */
export interface ResourceProvider<T> {
  /** Undefined until the first version came. */
  current(): T | undefined;
  /** Subscribes to changes; the function returned ends it. */
  onChange(listener: (value: T | undefined) => void): () => void;
  /** Ends the subscription. */
  close(): void;
}

/** RDS: an immutable route table. */
export type RouteConfigProvider<T> = ResourceProvider<T>;
/** ECDS: an extension, ready to use. */
export type ExtensionConfigProvider<T> = ResourceProvider<T>;

/** A listener as its filters may see it. */
export interface ListenerInfo {
  readonly name: string;
  /** `listener.<address>.` as Envoy names it. */
  readonly stats: Scope;
  readonly metadata: FilterMetadata;
  readonly direction: "unspecified" | "inbound" | "outbound";
  /** The name of its only filter chain; empty where it has none. */
  readonly filterChain: string;
}

/** Structured log, a subset of pino's. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Who we are, for `xds.node` properties and access logs. */
export interface NodeInfo {
  readonly id: string;
  readonly cluster: string;
  readonly metadata: FilterMetadata[string];
}

/**
 * What a filter's factory may use while a listener is built. Subscriptions made here are warmed before the listener
 * takes connections and end with it.
 */
export interface FactoryContext {
  readonly listener: ListenerInfo;
  readonly stats: Scope;
  readonly clusters: ClusterManager;
  readonly node: NodeInfo;
  readonly logger: Logger;
  /** host/vm's service: VMs by vm_id and code, plugins by configuration. */
  readonly wasm: VmRegistry;
  readonly runtime: RuntimeSource;
  /**
   * Subscribes to a RouteConfiguration. `compile` checks it and makes the table; what it throws (ConfigError) becomes the
   * NACK, and the last good table stays.
   */
  routeConfig<T>(name: string, compile: (config: RouteConfiguration) => T): RouteConfigProvider<T>;
  /** Subscribes to an extension configuration (ECDS); may compile asynchronously (a module to instantiate). */
  extensionConfig<T>(name: string, compile: (config: Any) => T | Promise<T>): ExtensionConfigProvider<T>;
  /** The listener waits for it before it takes connections. */
  waitFor(ready: Promise<unknown>): void;
  /** Called when the listener is gone and its last connection closed. */
  onDispose(dispose: () => void): void;
}

/** A kind of network filter. host/registry.ts lists them all. */
export interface NetworkFilterKind {
  /** Full name of its configuration's message. */
  readonly typeName: string;
  /** The last filter of a chain, and only that, is terminal. */
  readonly terminal: boolean;
  /** Reads the configuration and makes what makes filters. @throws ConfigError */
  create(extension: Extension, context: FactoryContext): NetworkFilterFactory | Promise<NetworkFilterFactory>;
}

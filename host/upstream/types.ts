import type { Duplex } from "node:stream";
import type { JsonObject } from "@bufbuild/protobuf";
import type { Cluster as ClusterProto } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Locality } from "../../xds/gen/envoy/config/core/v3/base_pb.js";
import type { Scope } from "../stats/index.js";

/** Metadata by filter namespace, as in Envoy's `core.v3.Metadata.filter_metadata`. */
export type FilterMetadata = Readonly<Record<string, JsonObject>>;

/** Where an endpoint is: a TCP address, or an internal listener of this process. */
export type EndpointAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "internal"; readonly listener: string; readonly endpointId: string };

/** One upstream host of a cluster. The object stays the same while the endpoint's address stays in the cluster. */
export interface Endpoint {
  /** As Envoy prints it: `1.2.3.4:80`, or `envoy://listener/endpointId` for internal addresses. */
  readonly name: string;
  readonly address: EndpointAddress;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly metadata: FilterMetadata;
  /** Where it is, and what is said of all that is there. */
  readonly locality: EndpointLocality;
  /** False where the control plane says UNHEALTHY, DRAINING or TIMEOUT, and while it is ejected. */
  readonly healthy: boolean;
  /** Out for a while by outlier detection. */
  readonly ejected: boolean;
  readonly stats: EndpointStats;
}

/** A group of an assignment. */
export interface EndpointLocality {
  readonly place?: Locality | undefined;
  readonly metadata?: FilterMetadata | undefined;
}

/** Counts per endpoint, shown by /clusters. */
export interface EndpointStats {
  cxActive: number;
  cxTotal: number;
  cxConnectFail: number;
  rqActive: number;
  rqTotal: number;
  rqSuccess: number;
  rqError: number;
  rqTimeout: number;
}

/** What a load balancer may look at. Every field is optional: tcp_proxy has less to say than the router. */
export interface LoadBalancerContext {
  /** The request's hash, for ring hash; without it a random one is taken. */
  readonly hash?: bigint | undefined;
  /** Dynamic metadata of the stream or connection (override_host reads its address there). */
  readonly dynamicMetadata?: FilterMetadata | undefined;
  /** First value of a request header (override_host by header, ORIGINAL_DST by header). */
  readonly header?: ((name: string) => string | undefined) | undefined;
  /** Destination address of the downstream connection, `ip:port`, for ORIGINAL_DST clusters. */
  readonly originalDestination?: string | undefined;
  /** True for hosts that a retry should rather not take (tried again up to three times, as a best effort). */
  readonly avoid?: ((endpoint: Endpoint) => boolean) | undefined;
}

/** A name and a value; HTTP/2 pseudo-headers are ordinary pairs. Values are byte strings (latin1). */
export type HeaderPair = readonly [name: string, value: string];

/** Why an upstream stream or connection failed. */
export type FailureReason =
  | "connect-failure"
  | "connect-timeout"
  | "overflow"
  | "connection-termination"
  | "remote-reset"
  | "remote-refused-reset"
  | "protocol-error"
  | "local-reset";

/** What a stream's owner hears. After `onReset`, or after the end of the response, nothing more is called. */
export interface HttpStreamHandler {
  /**
   * The stream is on a connection now; the request goes out.
   * @param localAddress of the connection: `ip:port`, or `envoy://internal_client_address/`
   */
  onPoolReady?(endpoint: Endpoint, localAddress: string): void;
  /** An informational (1xx) response. */
  onInformational?(headers: HeaderPair[]): void;
  /** The response's header, `:status` first. */
  onHeaders(headers: HeaderPair[], endStream: boolean): void;
  onData(bytes: Uint8Array, endStream: boolean): void;
  onTrailers(trailers: HeaderPair[]): void;
  /** The stream is gone. `neverSent` is true where not one byte of the request went out. */
  onReset(reason: FailureReason, detail: string, neverSent: boolean): void;
  /** After `write` returned false: there is room again. */
  onDrain?(): void;
}

/** One request towards an endpoint. Bodies written before the connection is there are kept. */
export interface HttpStream {
  /** Sends body bytes; false asks to wait for `onDrain`. An empty last piece with `endStream` just ends. */
  write(bytes: Uint8Array, endStream: boolean): boolean;
  /** Sends trailers, which end the request. */
  trailers(trailers: readonly HeaderPair[]): void;
  /** Gives the stream up; no callback follows. */
  reset(): void;
  /** Stops and restarts the response body (flow control towards the endpoint). */
  pause(): void;
  resume(): void;
}

/** Connections to one endpoint that carry requests. */
export interface HttpPool {
  readonly protocol: "http1" | "http2";
  /**
   * Starts a request. Failures come through `handler.onReset`, never before this call has returned.
   * @param headers with `:method`, `:path`, `:scheme`, `:authority` first; for HTTP/1.1 they become the request line and host.
   */
  newStream(headers: readonly HeaderPair[], endStream: boolean, handler: HttpStreamHandler): HttpStream;
}

/** What a TCP connect attempt reports: one of the two, never before `tcpConnect` has returned. */
export interface TcpConnectHandler {
  /** `allowHalfOpen` duplex: `end()` sends FIN, `destroy()` closes, an `error` event precedes `close` on reset. */
  onConnected(stream: Duplex): void;
  onFailure(reason: FailureReason, detail: string): void;
}

/** What an internal connection passes on beside the endpoint's own metadata. */
export interface PassthroughState {
  readonly metadata: FilterMetadata;
}

/** A cluster, warmed and in use. Stays usable for who holds it, also after it was replaced or removed. */
export interface Cluster {
  readonly name: string;
  /** The resource it was made from. */
  readonly config: ClusterProto;
  readonly metadata: FilterMetadata;
  readonly protocol: "http1" | "http2";
  /** `cluster.<name>.`; connection and pool counters are kept here, response counters belong to the router. */
  readonly stats: Scope;
  readonly endpoints: readonly Endpoint[];
  /** How many requests may be in further tries now: `max_retries` of the circuit breaker, or its `retry_budget`. */
  readonly maxRetries: number;
  /** Chooses an endpoint; undefined where there is none (503 UH). */
  pickEndpoint(context: LoadBalancerContext): Endpoint | undefined;
  httpPool(endpoint: Endpoint): HttpPool;
  /**
   * Opens a connection of its own to the endpoint; the returned function gives the attempt up.
   * @param waits for others to end where `max_connections` is reached, instead of failing
   */
  tcpConnect(endpoint: Endpoint, handler: TcpConnectHandler, waits?: boolean): () => void;
  /** An endpoint's answer did not come in time: counted, and held against it. */
  onTimeout(endpoint: Endpoint): void;
}

/** All clusters by name. Ask for each request or connection anew. */
export interface ClusterManager {
  get(name: string): Cluster | undefined;
  all(): readonly Cluster[];
}

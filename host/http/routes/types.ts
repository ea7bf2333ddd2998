import type { Any } from "@bufbuild/protobuf/wkt";
import type { Metadata } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import type { HeaderMap } from "../headers/index.js";
import type { FractionPredicate } from "../matching/index.js";
import type { HeaderMutation } from "./header-mutation.js";
import type { RouteTracing } from "./route-tracing.js";

/** A route table: immutable, read once for each stream. */
export interface RouteTable {
  readonly name: string;
  readonly metadata: Metadata | undefined;
  readonly virtualHosts: readonly VirtualHost[];
  /** Every cluster that a route names. */
  readonly clusters: readonly string[];
  /**
   * The route of a request, with its cluster chosen.
   * @param random the stream's own random number, a non-negative integer: the same one gives the same answer.
   */
  route(headers: HeaderMap, random: number): Route | undefined;
}

/** A virtual host, as far as streams ask for it. */
export interface VirtualHost {
  readonly name: string;
  readonly metadata: Metadata | undefined;
  readonly includeAttemptCountInRequest: boolean;
  readonly includeAttemptCountInResponse: boolean;
}

/** What a request matched. */
export interface Route {
  readonly name: string;
  readonly metadata: Metadata | undefined;
  readonly virtualHost: VirtualHost;
  /** Which of its requests have spans; undefined: as the connection manager says. */
  readonly tracing: RouteTracing | undefined;
  readonly action: RouteAction;
  /** Bytes of a request kept for retries and mirrors; undefined: the listener's buffer limit. */
  readonly bufferLimit: number | undefined;
  /** The most specific `typed_per_filter_config` of a filter. */
  filterConfig(filter: string): FilterConfig | undefined;
  /** In the order in which Envoy applies them: the most specific first, unless the table says otherwise. */
  readonly requestMutations: readonly HeaderMutation[];
  readonly responseMutations: readonly HeaderMutation[];
}

/** `envoy.config.route.v3.FilterConfig`, or a filter's own configuration. */
export interface FilterConfig {
  readonly disabled: boolean;
  readonly config: Any | undefined;
}

export type RouteAction = ForwardAction | DirectResponse | Redirect;

/** To a cluster. */
export interface ForwardAction {
  readonly kind: "forward";
  readonly cluster: string;
  /** Status where the cluster does not exist. */
  readonly clusterNotFound: number;
  /** Milliseconds; 0 is none. */
  readonly timeout: number;
  readonly idleTimeout: number | undefined;
  readonly maxStreamDuration: number | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly mirrors: readonly MirrorPolicy[];
  /** The request's hash for consistent load balancing, where a policy finds something to hash. */
  readonly hash: ((request: HashInput) => bigint | undefined) | undefined;
  /** Sets new path and authority. */
  readonly rewrite: ((headers: HeaderMap) => void) | undefined;
  /** The authority becomes the chosen endpoint's hostname. */
  readonly autoHostRewrite: boolean;
  /** CONNECT requests end here and their payload goes to the cluster as TCP. */
  readonly terminateConnect: boolean;
}

/** What a hash policy may read. */
export interface HashInput {
  readonly headers: HeaderMap;
  readonly sourceIp: string;
}

/** An answer by the proxy itself. */
export interface DirectResponse {
  readonly kind: "direct";
  readonly status: number;
  readonly body: Uint8Array;
}

/** An answer that sends the client elsewhere. */
export interface Redirect {
  readonly kind: "redirect";
  readonly status: number;
  location(headers: HeaderMap): string;
}

/** `envoy.config.route.v3.RetryPolicy`; times in milliseconds. */
export interface RetryPolicy {
  readonly on: ReadonlySet<string>;
  readonly numRetries: number;
  readonly perTryTimeout: number;
  readonly statusCodes: readonly number[];
  readonly headers: readonly ((headers: HeaderMap) => boolean)[];
  readonly requestHeaders: readonly ((headers: HeaderMap) => boolean)[];
  readonly baseInterval: number;
  readonly maxInterval: number;
  /** `envoy.retry_host_predicates.previous_hosts`: do not try the same endpoint again. */
  readonly avoidPreviousHosts: boolean;
}

/** A copy of the request to another cluster. */
export interface MirrorPolicy {
  readonly cluster: string;
  readonly clusterHeader: string;
  readonly fraction: FractionPredicate | undefined;
  readonly hostSuffix: boolean;
}

/**
 * `request`, `session` and `flow` are Meltemi's lanes on Envoy; `cpp` is Envoy's own filter of that protocol, `cpp-older` an
 * older one where there are two, `http` plain HTTP/2 to HTTP/1.1 through the same connection manager and router, `tcp`
 * tcp_proxy, `tcp-codec` tcp_proxy behind the lane's codec; `host` is Meltemi's host.
 */
export const PATHS = ["request", "flow", "session", "cpp", "cpp-older", "http", "tcp", "tcp-codec", "host"] as const;
export type Path = (typeof PATHS)[number];

/** How hard to push. */
export interface Load {
  /** Payload of a request, in bytes. */
  readonly bytes: number;
  /** Requests under way on each connection. */
  readonly depth: number;
  readonly connections: number;
  /** Values in turn of the attribute that routes look at; without it, one. */
  readonly keys?: number;
  /**
   * What is done with streams of flows: each request is drawn into one of two, they grow old, or rules are such that each of
   * the `keys` has its own. Without it, nothing, and keys that rules do not tell apart share one.
   */
  readonly streams?: Streams;
}

export type Streams = "split" | "aged" | "each";

/** What one path does under one load; the form of `--json`. */
export interface Measurement extends Load, Figures {
  /** One of `PATHS`, or a way of a feature's own. */
  readonly path: string;
  /** Or the feature. */
  readonly protocol: string;
}

export interface Figures {
  /** CPU of the proxy's process for each request, in microseconds. */
  readonly cpuPerRequestUs: number;
  readonly requestsPerSecond: number;
  /** Of a hundred requests 99 took no longer, in milliseconds; where the bench's own client pushed. */
  readonly p99Ms?: number;
  /** Connections to the backend at the end, where a scenario asks for them. */
  readonly backendConnections?: number;
}

/** Each of the depths at each of the sizes, over eight connections. */
export function loads(sizes: readonly number[], depths: readonly number[]): Load[] {
  return sizes.flatMap((bytes) => depths.map((depth) => ({ bytes, depth, connections: 8 })));
}

/** Without keys and streams, which are little to who routes each request by itself. */
export function isUsual({ keys, streams }: Load): boolean {
  return keys === undefined && streams === undefined;
}

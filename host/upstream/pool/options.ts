import type { Connector } from "../connect.js";

/** A cluster's HTTP settings, as pools use them. */
export interface HttpOptions {
  readonly protocol: "http1" | "http2";
  readonly maxRequestsPerConnection: number;
  readonly maxHeadersCount: number;
  readonly maxResponseHeadersBytes: number;
  readonly idleTimeoutMs: number;
  readonly http2: {
    readonly initialStreamWindowSize: number;
    readonly initialConnectionWindowSize: number;
    readonly maxConcurrentStreams: number;
    readonly hpackTableSize: number;
    /** 0: no PINGs. */
    readonly keepaliveIntervalMs: number;
    readonly keepaliveTimeoutMs: number;
  };
}

/** What a pool is made of. */
export interface PoolContext {
  readonly connector: Connector;
  readonly http: HttpOptions;
}

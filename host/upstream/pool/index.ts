import type { LiveEndpoint } from "../endpoints/index.js";
import type { HttpPool } from "../types.js";
import { Http1Pool } from "./http1-pool.js";
import { Http2Pool } from "./http2-pool.js";
import type { PoolContext } from "./options.js";

export type { HttpOptions, PoolContext } from "./options.js";

/** A pool with what its cluster needs of it. */
export interface OwnedPool extends HttpPool {
  readonly empty: boolean;
  drain(): void;
  destroy(): void;
}

/** The pool for an endpoint, by the cluster's protocol. */
export function createPool(context: PoolContext, endpoint: LiveEndpoint): OwnedPool {
  return context.http.protocol === "http2" ? new Http2Pool(context, endpoint) : new Http1Pool(context, endpoint);
}

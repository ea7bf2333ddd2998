import type { BaseLogger } from "pino";
import type { AdsServerEvents } from "./events.js";
import type { ResourceSet } from "./resources.js";

/** How an {@link AdsServer} behaves. */
export interface AdsServerOptions extends AdsServerEvents {
  readonly logger?: BaseLogger;
  /** How long a push waits for a client's answer before it goes on to the next type. Default 5 s. */
  readonly answerTimeoutMs?: number;
}

/** Serves one {@link ResourceSet} to any number of clients over aggregated discovery streams of both kinds. */
export class AdsServer {
  constructor(readonly options: AdsServerOptions = {}) {}

  /** Binds and serves; port 0 takes a free one. Resolves with the port. */
  listen(_port: number, _host?: string): Promise<number> {
    return Promise.reject(new Error("not yet"));
  }

  /** Serves this set from now on; each client is sent the types that differ from what it has. */
  publish(_resources: ResourceSet): void {}

  /** Ends all streams and releases the port. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

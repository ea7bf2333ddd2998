import { Agent, type AgentOptions } from "node:http";
import type { Duplex } from "node:stream";
import { connectTo } from "../connect.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import type { FailureReason, HeaderPair, HttpPool, HttpStream, HttpStreamHandler } from "../types.js";
import { Http1UpstreamStream } from "./http1-stream.js";
import type { PoolContext } from "./options.js";
import { PendingStream } from "./pending-stream.js";
import { beginRequest } from "./request-count.js";

/** A connect failure as node's agent hands it to the request. */
export class ConnectError extends Error {
  constructor(
    readonly reason: FailureReason,
    message: string,
  ) {
    super(message);
  }
}

/** HTTP/1.1 to one endpoint: one request on a connection at a time, idle connections kept. */
export class Http1Pool implements HttpPool {
  readonly protocol = "http1";
  private readonly agent: PoolAgent;
  private readonly transports = new Set<Duplex>();
  private active = 0;
  private drained = false;

  constructor(
    private readonly context: PoolContext,
    private readonly endpoint: LiveEndpoint,
  ) {
    this.agent = new PoolAgent((callback) => this.connect(callback));
  }

  newStream(headers: readonly HeaderPair[], endStream: boolean, handler: HttpStreamHandler): HttpStream {
    const { connector } = this.context;
    const counted = beginRequest(connector, this.endpoint, handler);
    if (counted === undefined) return new PendingStream({ onDrain: () => undefined, onCancel: () => undefined });
    this.active += 1;
    const done = () => {
      counted.done();
      this.active -= 1;
      if (this.drained && this.active === 0) this.agent.destroy();
    };
    try {
      return new Http1UpstreamStream(headers, endStream, counted.handler, {
        agent: this.agent,
        endpoint: this.endpoint,
        http: this.context.http,
        stats: connector.stats,
        keepAlive: !this.drained,
        done,
      });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      queueMicrotask(() => {
        done();
        counted.handler.onReset("protocol-error", detail, true);
      });
      return new PendingStream({ onDrain: () => undefined, onCancel: () => undefined });
    }
  }

  get empty(): boolean {
    return this.active === 0 && this.transports.size === 0;
  }

  drain(): void {
    this.drained = true;
    if (this.active === 0) this.agent.destroy();
  }

  destroy(): void {
    this.agent.destroy();
    for (const transport of this.transports) transport.destroy();
  }

  private connect(callback: (error: Error | null, transport?: Duplex) => void): void {
    const { connector, http } = this.context;
    connectTo(connector, this.endpoint, {
      onConnected: (transport) => {
        connector.stats.upstream_cx_http1_total.inc();
        this.transports.add(transport);
        // Sockets are half-open here; a kept connection that the endpoint closes must go.
        transport.once("end", () => transport.end());
        transport.once("close", () => this.transports.delete(transport));
        transport.setMaxListeners(0);
        callback(null, transport);
        if (http.idleTimeoutMs > 0) closeWhenIdle(transport, http.idleTimeoutMs);
      },
      onFailure: (reason, detail) => callback(new ConnectError(reason, detail)),
    });
  }
}

type Connect = (callback: (error: Error | null, transport?: Duplex) => void) => void;

class PoolAgent extends Agent {
  constructor(private readonly open: Connect) {
    const options: AgentOptions = { keepAlive: true, maxFreeSockets: Number.MAX_SAFE_INTEGER, scheduling: "lifo" };
    super(options);
  }

  /** node's agent asks here for a connection; it may come later. */
  override createConnection(_options: object, callback: (error: Error | null, transport?: Duplex) => void): undefined {
    this.open(callback);
    return undefined;
  }
}

/** The agent emits `free` on a transport that goes back to it and `data` marks its next use. */
function closeWhenIdle(transport: Duplex, idleTimeoutMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  transport.on("free", () => {
    clearTimeout(timer);
    timer = setTimeout(() => transport.destroy(), idleTimeoutMs);
    timer.unref();
  });
  transport.on("meltemi:use", () => clearTimeout(timer));
  transport.once("close", () => clearTimeout(timer));
}

import { connectTo } from "../connect.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import type { HeaderPair, HttpPool, HttpStream, HttpStreamHandler, TcpConnectHandler } from "../types.js";
import { Http2Connection } from "./http2-connection.js";
import type { PoolContext } from "./options.js";
import { type Failure, PendingStream } from "./pending-stream.js";
import { beginRequest } from "./request-count.js";

interface Waiting {
  readonly headers: readonly HeaderPair[];
  readonly endStream: boolean;
  readonly handler: HttpStreamHandler;
  readonly pending: PendingStream;
  readonly done: () => void;
}

/**
 * HTTP/2 to one endpoint: one connection, and another only while the first is full or drains. Where `max_connections` is reached
 * requests wait for one of the endpoint's own; a pool that has none makes one all the same, as Envoy's do.
 */
export class Http2Pool implements HttpPool {
  readonly protocol = "http2";
  private connections: Http2Connection[] = [];
  private waiting: Waiting[] = [];
  private connecting: (() => void) | undefined;
  private drained = false;

  constructor(
    private readonly context: PoolContext,
    private readonly endpoint: LiveEndpoint,
  ) {}

  newStream(headers: readonly HeaderPair[], endStream: boolean, handler: HttpStreamHandler): HttpStream {
    const { connector } = this.context;
    const counted = beginRequest(connector, this.endpoint, handler);
    if (counted === undefined) return failed();
    const { handler: counting, done } = counted;
    const connection = this.connections.find(({ ready }) => ready);
    const pending = new PendingStream({
      onDrain: () => counting.onDrain?.(),
      onCancel: () => this.cancel(pending),
    });
    const entry = { headers, endStream, handler: counting, pending, done };
    if (connection !== undefined) {
      queueMicrotask(() => counting.onPoolReady?.(this.endpoint, connection.localAddress));
      this.begin(connection, entry);
      return pending;
    }
    if (!connector.limits.pendingRequests.take()) {
      connector.stats.upstream_rq_pending_overflow.inc();
      queueMicrotask(() => counting.onReset("overflow", "max_pending_requests reached", true));
      return pending;
    }
    connector.stats.upstream_rq_pending_total.inc();
    connector.stats.upstream_rq_pending_active.inc();
    this.waiting.push(entry);
    this.connect();
    return pending;
  }

  /** Whether nothing is going on and no connection is kept. */
  get empty(): boolean {
    return this.connections.length === 0 && this.waiting.length === 0 && this.connecting === undefined;
  }

  /** Finishes what runs and keeps no connection after it; requests that still come get one of their own. */
  drain(): void {
    this.drained = true;
    for (const connection of [...this.connections]) connection.drain();
  }

  destroy(): void {
    this.connecting?.();
    this.connecting = undefined;
    for (const connection of [...this.connections]) connection.destroy();
    this.failWaiting({ reason: "connection-termination", detail: "the host shuts down" });
  }

  private connect(): void {
    if (this.connecting !== undefined) return;
    const { limits, stats } = this.context.connector;
    const regardless = this.connections.length === 0;
    if (!regardless && limits.connections.full) {
      stats.upstream_cx_overflow.inc();
      return;
    }
    const handler: TcpConnectHandler = {
      onConnected: (transport) => {
        this.connecting = undefined;
        this.context.connector.stats.upstream_cx_http2_total.inc();
        const connection = new Http2Connection(this.context, this.endpoint, transport, () => this.changed());
        this.connections.push(connection);
        this.serveWaiting();
        if (this.drained) connection.drain();
      },
      onFailure: (reason, detail) => {
        this.connecting = undefined;
        this.failWaiting({ reason, detail });
      },
    };
    this.connecting = connectTo(this.context.connector, this.endpoint, handler, { regardless });
  }

  private changed(): void {
    this.connections = this.connections.filter(({ lost }) => !lost);
    this.serveWaiting();
    if (this.waiting.length > 0) this.connect();
  }

  private serveWaiting(): void {
    for (let entry = this.waiting[0]; entry !== undefined; entry = this.waiting[0]) {
      const connection = this.connections.find(({ ready }) => ready);
      if (connection === undefined) return;
      this.waiting.shift();
      this.leaveQueue();
      entry.handler.onPoolReady?.(this.endpoint, connection.localAddress);
      this.begin(connection, entry);
    }
  }

  private begin(connection: Http2Connection, { headers, endStream, handler, pending, done }: Waiting): void {
    try {
      pending.attach(connection.start(headers, endStream, handler, done));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      queueMicrotask(() => handler.onReset("protocol-error", detail, true));
    }
  }

  private cancel(pending: PendingStream): void {
    const index = this.waiting.findIndex((entry) => entry.pending === pending);
    const entry = this.waiting[index];
    if (entry === undefined) return;
    this.waiting.splice(index, 1);
    this.leaveQueue();
    this.context.connector.stats.upstream_rq_cancelled.inc();
    entry.done();
  }

  private failWaiting({ reason, detail }: Failure): void {
    for (const { handler } of this.waiting.splice(0)) {
      this.leaveQueue();
      this.context.connector.stats.upstream_rq_pending_failure_eject.inc();
      handler.onReset(reason, detail, true);
    }
  }

  private leaveQueue(): void {
    this.context.connector.limits.pendingRequests.release();
    this.context.connector.stats.upstream_rq_pending_active.dec();
  }
}

/** A stream that already failed: nothing to do with what is sent. */
function failed(): HttpStream {
  return new PendingStream({ onDrain: () => undefined, onCancel: () => undefined });
}

import { Agent, type AgentOptions } from "node:http";
import type { Duplex } from "node:stream";
import { connectTo } from "../connect.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import type {
  FailureReason,
  HeaderPair,
  HttpPool,
  HttpStream,
  HttpStreamHandler,
  TcpConnectHandler,
} from "../types.js";
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

/** A request, and what to call when it is over. */
interface Request {
  readonly headers: readonly HeaderPair[];
  readonly endStream: boolean;
  readonly handler: HttpStreamHandler;
  readonly done: () => void;
}

/** One for which there is no connection, and will be none before another request is over. */
interface Waiting {
  readonly request: Request;
  readonly pending: PendingStream;
}

/**
 * HTTP/1.1 to one endpoint: one request on a connection at a time, idle connections kept. Where `max_connections` is reached
 * requests wait for one of the endpoint's own; a pool that has none makes one all the same, as Envoy's do.
 */
export class Http1Pool implements HttpPool {
  readonly protocol = "http1";
  private readonly agent: PoolAgent;
  private readonly transports = new Set<Duplex>();
  private readonly waiting: Waiting[] = [];
  private connecting = 0;
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
    if (counted === undefined) return failed();
    this.active += 1;
    const done = () => {
      counted.done();
      this.active -= 1;
      if (this.drained && this.active === 0) this.agent.destroy();
    };
    const request = { headers, endStream, handler: counted.handler, done };
    if (this.agent.hasFree) return this.start(request);
    const queued = this.enqueue(request);
    if (queued === undefined) return failed();
    return this.mayConnect ? this.start(queued) : this.wait(queued);
  }

  get empty(): boolean {
    return this.active === 0 && this.transports.size === 0;
  }

  drain(): void {
    this.drained = true;
    if (this.active === 0) this.agent.destroy();
  }

  destroy(): void {
    for (const { request } of this.waiting.splice(0)) refuse(request, "connection-termination", "the host shuts down");
    this.agent.destroy();
    for (const transport of this.transports) transport.destroy();
  }

  /** Counts it among those without a connection until it has one; undefined where there may be no more of them. */
  private enqueue(request: Request): Request | undefined {
    const { limits, stats } = this.context.connector;
    if (!limits.pendingRequests.take()) {
      stats.upstream_rq_pending_overflow.inc();
      refuse(request, "overflow", "max_pending_requests reached");
      return undefined;
    }
    stats.upstream_rq_pending_total.inc();
    stats.upstream_rq_pending_active.inc();
    let queued = true;
    const leave = () => {
      if (!queued) return;
      queued = false;
      limits.pendingRequests.release();
      stats.upstream_rq_pending_active.dec();
    };
    const onPoolReady: HttpStreamHandler["onPoolReady"] = (endpoint, localAddress) => {
      leave();
      request.handler.onPoolReady?.(endpoint, localAddress);
    };
    const done = () => {
      leave();
      request.done();
    };
    return { ...request, handler: { ...request.handler, onPoolReady }, done };
  }

  private wait(request: Request): HttpStream {
    const { stats } = this.context.connector;
    stats.upstream_cx_overflow.inc();
    const pending = new PendingStream({
      onDrain: () => request.handler.onDrain?.(),
      onCancel: () => {
        const index = this.waiting.findIndex((entry) => entry.pending === pending);
        if (index < 0) return;
        this.waiting.splice(index, 1);
        stats.upstream_rq_cancelled.inc();
        request.done();
      },
    });
    this.waiting.push({ request, pending });
    return pending;
  }

  private get mayConnect(): boolean {
    return this.connections === 0 || !this.context.connector.limits.connections.full;
  }

  private get connections(): number {
    return this.transports.size + this.connecting;
  }

  private serveWaiting(): void {
    while (this.waiting.length > 0 && (this.agent.hasFree || this.mayConnect)) {
      const next = this.waiting.shift();
      next?.pending.attach(this.start(next.request));
    }
  }

  private start(request: Request): HttpStream {
    try {
      return new Http1UpstreamStream(request.headers, request.endStream, request.handler, {
        agent: this.agent,
        endpoint: this.endpoint,
        http: this.context.http,
        keepAlive: !this.drained,
        done: request.done,
      });
    } catch (error) {
      refuse(request, "protocol-error", error instanceof Error ? error.message : String(error));
      return failed();
    }
  }

  private connect(callback: (error: Error | null, transport?: Duplex) => void): void {
    const { connector, http } = this.context;
    const regardless = this.connections === 0;
    this.connecting += 1;
    const handler: TcpConnectHandler = {
      onConnected: (transport) => {
        this.connecting -= 1;
        connector.stats.upstream_cx_http1_total.inc();
        this.transports.add(transport);
        // Sockets are half-open here; a kept connection that the endpoint closes must go.
        transport.once("end", () => transport.end());
        transport.once("close", () => {
          this.transports.delete(transport);
          this.serveWaiting();
        });
        transport.setMaxListeners(0);
        callback(null, transport);
        // The agent's own listener was first, and has taken it back.
        transport.on("free", () => this.serveWaiting());
        if (http.idleTimeoutMs > 0) closeWhenIdle(transport, http.idleTimeoutMs);
      },
      onFailure: (reason, detail) => {
        this.connecting -= 1;
        callback(new ConnectError(reason, detail));
        this.serveWaiting();
      },
    };
    connectTo(connector, this.endpoint, handler, { regardless });
  }
}

/** A stream that already failed: nothing to do with what is sent. */
function failed(): HttpStream {
  return new PendingStream({ onDrain: () => undefined, onCancel: () => undefined });
}

function refuse({ handler, done }: Request, reason: FailureReason, detail: string): void {
  queueMicrotask(() => {
    done();
    handler.onReset(reason, detail, true);
  });
}

type Connect = (callback: (error: Error | null, transport?: Duplex) => void) => void;

class PoolAgent extends Agent {
  constructor(private readonly open: Connect) {
    const options: AgentOptions = { keepAlive: true, maxFreeSockets: Number.MAX_SAFE_INTEGER, scheduling: "lifo" };
    super(options);
  }

  /** Whether a connection is kept that has nothing to do. */
  get hasFree(): boolean {
    return Object.values(this.freeSockets).some((sockets) => sockets?.some(({ destroyed }) => !destroyed));
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

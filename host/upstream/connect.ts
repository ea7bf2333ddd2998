import { createConnection, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { UpstreamTls } from "../tls/index.js";
import type { ClusterStats } from "./cluster-stats.js";
import type { LiveEndpoint } from "./endpoints/index.js";
import { connectErrorText } from "./failure-text.js";
import type { Limits } from "./limits.js";
import type { OutlierDetector } from "./outliers/index.js";
import type { FilterMetadata, PassthroughState, TcpConnectHandler } from "./types.js";

/** Connects to an internal listener by its name; undefined where there is none. */
export type InternalConnect = (listener: string, endpointId: string, state: PassthroughState) => Duplex | undefined;

/** What the connections of one cluster have in common. */
export interface Connector {
  readonly stats: ClusterStats;
  readonly limits: Limits;
  readonly outliers: OutlierDetector | undefined;
  readonly connectTimeoutMs: number;
  readonly bufferLimit: number;
  readonly internal: InternalConnect;
  /** The namespaces of the endpoint's metadata that internal connections hand on; undefined without internal_upstream. */
  readonly passthrough: readonly string[] | undefined;
  /** Undefined where connections are plain. */
  readonly tls: UpstreamTls | undefined;
}

/**
 * Opens one connection and counts it until it closes. The result gives the attempt up.
 * @param regardless of the limit: so a pool has its first one, as in Envoy
 */
export function connectTo(
  connector: Connector,
  endpoint: LiveEndpoint,
  handler: TcpConnectHandler,
  { regardless = false } = {},
): () => void {
  const { stats, limits } = connector;
  if (!limits.connections.take()) {
    stats.upstream_cx_overflow.inc();
    if (!regardless) return soon(() => handler.onFailure("overflow", "max_connections reached"));
    limits.connections.exceed();
  }
  stats.upstream_cx_total.inc();
  stats.upstream_cx_active.inc();
  endpoint.stats.cxTotal += 1;
  endpoint.stats.cxActive += 1;
  const start = performance.now();
  const opened = open(connector, endpoint, start, handler);
  let counted = true;
  const closed = () => {
    if (!counted) return;
    counted = false;
    limits.connections.release();
    stats.upstream_cx_active.dec();
    stats.upstream_cx_destroy.inc();
    stats.lengthMs.record(performance.now() - start);
    endpoint.stats.cxActive -= 1;
  };
  if (opened.stream === undefined) queueMicrotask(closed);
  else opened.stream.once("close", closed);
  return opened.cancel;
}

/**
 * Opens one connection for a CONNECT stream, which is one of `max_pending_requests` until it has it. Where
 * `max_connections` is reached the stream waits: so does Envoy, whose tcp_proxy alone fails at once.
 */
export function connectInTurn(connector: Connector, endpoint: LiveEndpoint, handler: TcpConnectHandler): () => void {
  const { limits, stats } = connector;
  if (!limits.pendingRequests.take()) {
    stats.upstream_rq_pending_overflow.inc();
    return soon(() => handler.onFailure("overflow", "max_pending_requests reached"));
  }
  stats.upstream_rq_pending_total.inc();
  stats.upstream_rq_pending_active.inc();
  let pending = true;
  const settle = () => {
    pending = false;
    limits.pendingRequests.release();
    stats.upstream_rq_pending_active.dec();
  };
  const connect = () =>
    connectTo(connector, endpoint, {
      onConnected(stream) {
        settle();
        handler.onConnected(stream);
      },
      onFailure(reason, detail) {
        settle();
        handler.onFailure(reason, detail);
      },
    });
  let stop: () => void;
  if (limits.connections.full) {
    stop = limits.connections.whenFree(() => {
      stop = connect();
    });
  } else {
    stop = connect();
  }
  return () => {
    stop();
    if (!pending) return;
    settle();
    stats.upstream_rq_cancelled.inc();
  };
}

interface Opened {
  readonly stream: Duplex | undefined;
  readonly cancel: () => void;
}

function open(connector: Connector, endpoint: LiveEndpoint, start: number, handler: TcpConnectHandler): Opened {
  const { address } = endpoint;
  return address.kind === "internal"
    ? openInternal(connector, endpoint, address, handler)
    : openTcp(connector, endpoint, address, start, handler);
}

function openTcp(
  { stats, connectTimeoutMs, bufferLimit, tls }: Connector,
  endpoint: LiveEndpoint,
  { host, port }: { host: string; port: number },
  start: number,
  handler: TcpConnectHandler,
): Opened {
  // node:net passes its options on to the stream, which is where highWaterMark takes effect.
  const options = { host, port, allowHalfOpen: true, noDelay: true, highWaterMark: bufferLimit };
  const socket = createConnection(options);
  let pending = true;
  const fail = (reason: "connect-failure" | "connect-timeout", detail: string) => {
    if (!pending) return;
    settle();
    stats.upstream_cx_connect_fail.inc();
    if (reason === "connect-timeout") stats.upstream_cx_connect_timeout.inc();
    endpoint.stats.cxConnectFail += 1;
    socket.destroy();
    handler.onFailure(reason, detail);
  };
  const onError = (error: Error) => fail("connect-failure", connectErrorText(error));
  // A process that was busy for that long may have the connection already: the poll phase, which comes first, tells.
  const expire = () => {
    fail("connect-timeout", `no connection within ${connectTimeoutMs} ms`);
  };
  const timer = setTimeout(() => setImmediate(expire), connectTimeoutMs);
  const settle = () => {
    pending = false;
    clearTimeout(timer);
    socket.off("error", onError);
    // Whoever takes the stream adds a listener of its own; until then, and after, an error must not end the process.
    socket.on("error", ignore);
  };
  socket.once("error", onError);
  // As in Envoy, a connection is one when its handshake is done, and has its whole time for that.
  const connected = (stream: Socket) => {
    if (!pending) return;
    settle();
    stats.connectMs.record(performance.now() - start);
    handler.onConnected(stream);
  };
  socket.once("connect", () => {
    if (tls === undefined) connected(socket);
    else tls.start(socket, bufferLimit, { onSecure: connected, onFailure: (why) => fail("connect-failure", why) });
  });
  const cancel = () => {
    if (!pending) return;
    settle();
    socket.destroy();
  };
  return { stream: socket, cancel };
}

function openInternal(
  { stats, internal, passthrough }: Connector,
  endpoint: LiveEndpoint,
  { listener, endpointId }: { listener: string; endpointId: string },
  handler: TcpConnectHandler,
): Opened {
  const metadata: Record<string, FilterMetadata[string]> = {};
  for (const name of passthrough ?? []) {
    const value = endpoint.metadata[name];
    if (value !== undefined) metadata[name] = value;
  }
  const stream = internal(listener, endpointId, { metadata });
  if (stream === undefined) {
    stats.upstream_cx_connect_fail.inc();
    endpoint.stats.cxConnectFail += 1;
    const detail = `there is no internal listener ${listener}`;
    return { stream, cancel: soon(() => handler.onFailure("connect-failure", detail)) };
  }
  stream.on("error", ignore);
  let connected = false;
  const cancel = soon(() => {
    connected = true;
    stats.connectMs.record(0);
    handler.onConnected(stream);
  });
  return {
    stream,
    cancel: () => {
      cancel();
      if (!connected) stream.destroy();
    },
  };
}

/** Runs it after the caller has returned, unless cancelled before. */
function soon(run: () => void): () => void {
  let wanted = true;
  queueMicrotask(() => {
    if (wanted) run();
  });
  return () => {
    wanted = false;
  };
}

function ignore(): void {}

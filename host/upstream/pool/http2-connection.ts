import { type ClientHttp2Session, connect, constants } from "node:http2";
import type { Duplex } from "node:stream";
import { MemoryDuplex } from "../../bytes/index.js";
import { isConnectFailure } from "../close-details.js";
import type { LiveEndpoint } from "../endpoints/index.js";
import { localAddressOf } from "../local-address.js";
import type { FailureReason, HeaderPair, HttpStreamHandler } from "../types.js";
import { ConnectionWindow } from "./connection-window.js";
import { Http2UpstreamStream } from "./http2-stream.js";
import type { PoolContext } from "./options.js";

/** Stream ids are odd numbers below 2^31 (RFC 9113 §5.1.1): drain well before they run out. */
const STREAM_IDS = 2 ** 30 - 1024;

/**
 * `ConnectionWindow` sends PING and SETTINGS to have node write, and a codec answers only when its backend has spoken: past
 * node's usual ten unanswered no window would be announced any more. node's types do not know the second.
 */
const PATIENT = { maxOutstandingPings: 1_000_000, maxOutstandingSettings: 1_000_000 };

/** One HTTP/2 session towards an endpoint. */
export class Http2Connection {
  private readonly session: ClientHttp2Session;
  private readonly window: ConnectionWindow;
  private peerStreams = Number.POSITIVE_INFINITY;
  private active = 0;
  private started = 0;
  private heard = false;
  readonly localAddress: string;
  private idle: NodeJS.Timeout | undefined;
  /** No new streams: GOAWAY, drained, or its request limit reached. */
  draining = false;
  /** The transport is gone. */
  lost = false;

  constructor(
    private readonly context: PoolContext,
    private readonly endpoint: LiveEndpoint,
    private readonly transport: Duplex,
    private readonly onChange: () => void,
  ) {
    const { http2, maxHeadersCount, maxResponseHeadersBytes } = context.http;
    this.localAddress = localAddressOf(transport);
    this.session = connect("http://upstream", {
      createConnection: () => transport,
      settings: {
        enablePush: false,
        headerTableSize: http2.hpackTableSize,
        initialWindowSize: http2.initialStreamWindowSize,
        maxHeaderListSize: maxResponseHeadersBytes,
      },
      // Requests go out before the server's SETTINGS came, as Envoy sends them.
      peerMaxConcurrentStreams: Math.min(http2.maxConcurrentStreams, 0xffff_ffff),
      maxHeaderListPairs: maxHeadersCount,
      maxSendHeaderBlockLength: 1024 * 1024,
      // Memory is bounded by the windows; this limit of node's refuses streams long before.
      maxSessionMemory: 65_536,
      ...PATIENT,
    });
    if (transport instanceof MemoryDuplex) transport.readBySession();
    this.window = new ConnectionWindow(this.session, transport, http2.initialConnectionWindowSize, () => this.drain());
    this.session.on("remoteSettings", ({ maxConcurrentStreams }) => {
      this.heard = true;
      this.peerStreams = maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
      this.onChange();
    });
    this.session.on("goaway", () => {
      if (!this.draining) context.connector.stats.upstream_cx_close_notify.inc();
      this.drain();
    });
    this.session.on("error", () => this.lose());
    this.session.on("close", () => this.lose());
    // Sockets are half-open here; HTTP/2 has no use for that.
    transport.once("end", () => transport.destroy());
    transport.once("close", () => this.lose());
    this.keepAlive();
    this.touch();
  }

  /** Whether another stream may be started now. */
  get ready(): boolean {
    const limit = Math.min(this.context.http.http2.maxConcurrentStreams, this.peerStreams);
    return !this.draining && !this.lost && !this.session.closed && this.active < limit;
  }

  /** Starts a request; what it throws is a header that HTTP/2 cannot carry. */
  start(
    headers: readonly HeaderPair[],
    endStream: boolean,
    handler: HttpStreamHandler,
    onDone: () => void,
  ): Http2UpstreamStream {
    const stream = new Http2UpstreamStream(this.session, headers, endStream, handler, {
      whyClosed: (code) => this.whyClosed(code),
      window: this.window,
      onHeard: () => {
        this.heard = true;
      },
      onDone: () => {
        this.active -= 1;
        onDone();
        this.touch();
        this.onChange();
      },
    });
    this.active += 1;
    this.started += 1;
    const limit = this.context.http.maxRequestsPerConnection;
    if (this.started >= (limit === 0 ? STREAM_IDS : Math.min(limit, STREAM_IDS))) {
      this.context.connector.stats.upstream_cx_max_requests.inc();
      this.drain();
    }
    this.touch();
    return stream;
  }

  /** Takes no new streams and closes when the last one is over. */
  drain(): void {
    this.draining = true;
    this.touch();
    this.onChange();
  }

  destroy(): void {
    // With node's default code of 0 its streams would seem to have ended well.
    this.session.destroy(new Error("the connection is gone"), constants.NGHTTP2_CANCEL);
    this.transport.destroy();
  }

  private whyClosed(code: number): { reason: FailureReason; detail: string; neverSent: boolean } {
    if (!this.lost && !this.transport.destroyed && !this.session.destroyed) {
      // RFC 9113 §7: REFUSED_STREAM (7) says that nothing was done with the request.
      const refused = code === 7;
      const detail = `the endpoint reset the stream (HTTP/2 error ${code})`;
      return { reason: refused ? "remote-refused-reset" : "remote-reset", detail, neverSent: refused };
    }
    const details = this.transport instanceof MemoryDuplex ? this.transport.closeDetails : undefined;
    if (!this.heard && isConnectFailure(details)) {
      return { reason: "connect-failure", detail: details ?? "", neverSent: true };
    }
    return { reason: "connection-termination", detail: details ?? "the connection was closed", neverSent: false };
  }

  private lose(): void {
    if (this.lost) return;
    this.lost = true;
    clearTimeout(this.idle);
    const { stats } = this.context.connector;
    stats.upstream_cx_destroy_remote.inc();
    if (this.active > 0) {
      stats.upstream_cx_destroy_with_active_rq.inc();
      stats.upstream_cx_destroy_remote_with_active_rq.inc();
    }
    if (!this.heard && this.transport instanceof MemoryDuplex && isConnectFailure(this.transport.closeDetails)) {
      stats.upstream_cx_connect_fail.inc();
      this.endpoint.stats.cxConnectFail += 1;
    }
    this.destroy();
    this.onChange();
  }

  /** A connection whose PING is not answered in time is gone. */
  private keepAlive(): void {
    const { keepaliveIntervalMs, keepaliveTimeoutMs } = this.context.http.http2;
    if (keepaliveIntervalMs === 0) return;
    const timer = setInterval(() => {
      const patience = setTimeout(() => this.destroy(), keepaliveTimeoutMs).unref();
      if (!this.lost && !this.session.closed) this.session.ping(() => clearTimeout(patience));
    }, keepaliveIntervalMs).unref();
    this.transport.once("close", () => clearInterval(timer));
  }

  /** Closes when drained and empty, or after the idle timeout. */
  private touch(): void {
    clearTimeout(this.idle);
    if (this.lost || this.active > 0) return;
    if (this.draining) {
      this.session.close();
      return;
    }
    const { idleTimeoutMs } = this.context.http;
    if (idleTimeoutMs === 0) return;
    this.idle = setTimeout(() => this.drain(), idleTimeoutMs);
    this.idle.unref();
  }
}

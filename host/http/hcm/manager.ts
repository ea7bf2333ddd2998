import type { ByteQueue } from "../../bytes/index.js";
import type { CloseEvent, Connection } from "../../network/index.js";
import { FilterStatus, type NetworkFilter } from "../../network/index.js";
import type { HeaderMap } from "../headers/index.js";
import { ActiveStream, type CodecStream, type HttpStats, type StreamConfig } from "../stream/index.js";
import type { CodecOwner, ServerCodec } from "./codec.js";
import { ConnectionDuplex } from "./connection-duplex.js";
import { http1Codec } from "./http1-codec.js";
import { http2Codec } from "./http2-codec.js";
import type { ManagerOptions } from "./options.js";

/** RFC 9113, section 3.4. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** The HTTP connection manager on one connection: the terminal network filter. */
export class ConnectionManager implements NetworkFilter, CodecOwner {
  readonly #connection: Connection;
  readonly #options: ManagerOptions;
  readonly #streamConfig: StreamConfig;
  readonly #stats: HttpStats;
  readonly #duplex: ConnectionDuplex;
  readonly #streams = new Set<ActiveStream>();
  readonly #started = Date.now();
  #codec: ServerCodec | undefined;
  #version: "http1" | "http2" | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #durationTimer: NodeJS.Timeout | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connection: Connection, options: ManagerOptions, streamConfig: StreamConfig) {
    this.#connection = connection;
    this.#options = options;
    this.#streamConfig = streamConfig;
    this.#stats = streamConfig.stats;
    this.#duplex = new ConnectionDuplex(connection);
  }

  onNewConnection(): FilterStatus {
    this.#stats.cxTotal.inc();
    this.#stats.cxActive.inc();
    const { maxConnectionDuration } = this.#options;
    if (maxConnectionDuration > 0) {
      this.#durationTimer = setTimeout(() => this.#onMaxDuration(), maxConnectionDuration);
    }
    this.#startIdleTimer();
    return FilterStatus.Continue;
  }

  onData(buffer: ByteQueue, endOfStream: boolean): FilterStatus {
    this.#stats.cxRxBytes.inc(buffer.length);
    if (!this.#codec) {
      const version = this.#chooseVersion(buffer);
      // Not yet enough to tell the preface from a request line.
      if (!version) return FilterStatus.StopIteration;
      this.#startCodec(version);
    }
    this.#duplex.receive(buffer, endOfStream);
    this.#codec?.received?.();
    return FilterStatus.StopIteration;
  }

  onWritable(): void {
    this.#duplex.resumeWriting();
  }

  onClose(event: CloseEvent): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#durationTimer);
    clearTimeout(this.#drainTimer);
    for (const stream of [...this.#streams]) stream.onReset("connection-closed");
    this.#codec?.destroy();
    this.#duplex.destroy();
    this.#countClose(event);
  }

  onRequest(codecStream: CodecStream, headers: HeaderMap, endStream: boolean) {
    clearTimeout(this.#idleTimer);
    const stream = new ActiveStream(codecStream, headers, this.#connection, this.#streamConfig, () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0 && !this.#closed) this.#startIdleTimer();
    });
    this.#streams.add(stream);
    return { handler: stream, start: () => stream.start(endStream) };
  }

  onProtocolError(message: string): void {
    // node tells it after it has closed the connection.
    this.#stats.cxProtocolError.inc();
    if (this.#closed) return;
    this.#connection.info.responseFlags.add("DPE");
    this.#connection.close("flush", `codec_error: ${message}`);
  }

  #chooseVersion(buffer: ByteQueue): "http1" | "http2" | undefined {
    const { codec } = this.#options;
    if (codec !== "auto") return codec;
    const head = Buffer.from(buffer.slice(0, PREFACE.length));
    if (!head.equals(PREFACE.subarray(0, head.length))) return "http1";
    return head.length === PREFACE.length ? "http2" : undefined;
  }

  #startCodec(version: "http1" | "http2"): void {
    this.#version = version;
    if (version === "http2") {
      this.#stats.cxHttp2Total.inc();
      this.#stats.cxHttp2Active.inc();
      this.#codec = http2Codec(this.#duplex, this.#connection, this.#options, this);
    } else {
      this.#stats.cxHttp1Total.inc();
      this.#stats.cxHttp1Active.inc();
      this.#codec = http1Codec(this.#duplex, this.#options, this);
    }
  }

  #startIdleTimer(): void {
    clearTimeout(this.#idleTimer);
    const { connectionIdleTimeout } = this.#options;
    if (connectionIdleTimeout <= 0) return;
    this.#idleTimer = setTimeout(() => {
      this.#stats.cxIdleTimeout.inc();
      this.#startDrain();
    }, connectionIdleTimeout);
    this.#idleTimer.unref();
  }

  #onMaxDuration(): void {
    this.#stats.cxMaxDuration.inc();
    this.#startDrain();
  }

  /** As Envoy: a notice first, requests under way to us are still taken; after the drain time the last word. */
  #startDrain(): void {
    if (this.#drainTimer || this.#closed) return;
    if (!this.#codec) {
      this.#connection.close("flush", "no request came");
      return;
    }
    this.#codec.goAway(false);
    this.#drainTimer = setTimeout(() => {
      this.#stats.cxDrainClose.inc();
      this.#codec?.goAway(true);
    }, this.#options.drainTimeout);
  }

  #countClose(event: CloseEvent): void {
    const stats = this.#stats;
    stats.cxActive.dec();
    if (this.#version === "http2") stats.cxHttp2Active.dec();
    if (this.#version === "http1") stats.cxHttp1Active.dec();
    stats.cxDestroy.inc();
    (event === "local" ? stats.cxDestroyLocal : stats.cxDestroyRemote).inc();
    stats.cxLength.record(Date.now() - this.#started);
  }
}

import { ByteQueue } from "../../bytes/index.js";
import type { Cluster, Endpoint, FailureReason, HttpStream } from "../../upstream/index.js";
import { HeaderMap } from "../headers/index.js";
import { openTcpUpstream } from "./tcp-upstream.js";

/** What an attempt tells the router. Nothing comes after `onFailure`, `reset` or the end of the response. */
export interface AttemptHandler {
  /** The request goes out on a connection whose own end is this. */
  onConnection(attempt: Attempt, localAddress: string): void;
  onHeaders(attempt: Attempt, headers: HeaderMap, endStream: boolean): void;
  onData(attempt: Attempt, data: ByteQueue, endStream: boolean): void;
  onTrailers(attempt: Attempt, trailers: HeaderMap): void;
  onFailure(attempt: Attempt, reason: FailureReason, detail: string, neverSent: boolean): void;
  onPerTryTimeout(attempt: Attempt): void;
  onDrain(attempt: Attempt): void;
}

/** One try of a request at one endpoint. */
export class Attempt {
  readonly startTime = performance.now();
  readonly endpoint: Endpoint;
  readonly #stream: HttpStream;
  readonly #handler: AttemptHandler;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  #onConnection = false;
  readonly #cluster: Cluster;

  constructor(
    cluster: Cluster,
    endpoint: Endpoint,
    headers: HeaderMap,
    options: { readonly endStream: boolean; readonly tunnel: boolean },
    handler: AttemptHandler,
  ) {
    this.endpoint = endpoint;
    this.#handler = handler;
    this.#cluster = cluster;
    const upstream = {
      onPoolReady: (_: Endpoint, localAddress: string) => {
        this.#onConnection = true;
        if (!this.#over) handler.onConnection(this, localAddress);
      },
      onHeaders: (pairs: Iterable<readonly [string, string]>, endStream: boolean) => {
        if (this.#over) return;
        if (endStream) this.#finish();
        handler.onHeaders(this, new HeaderMap(pairs), endStream);
      },
      onData: (bytes: Uint8Array, endStream: boolean) => {
        if (this.#over) return;
        if (endStream) this.#finish();
        const data = new ByteQueue();
        data.append(bytes);
        handler.onData(this, data, endStream);
      },
      onTrailers: (pairs: Iterable<readonly [string, string]>) => {
        if (this.#over) return;
        this.#finish();
        handler.onTrailers(this, new HeaderMap(pairs));
      },
      onReset: (reason: FailureReason, detail: string, neverSent: boolean) => {
        if (this.#over) return;
        this.#finish();
        handler.onFailure(this, reason, detail, neverSent);
      },
      onDrain: () => {
        if (!this.#over) handler.onDrain(this);
      },
    };
    this.#stream = options.tunnel
      ? openTcpUpstream(cluster, endpoint, upstream)
      : cluster.httpPool(endpoint).newStream([...headers], options.endStream, upstream);
  }

  /** False asks to wait for `onDrain`. */
  write(bytes: Uint8Array, endStream: boolean): boolean {
    return this.#stream.write(bytes, endStream);
  }

  trailers(trailers: HeaderMap): void {
    this.#stream.trailers([...trailers]);
  }

  startTimer(milliseconds: number): void {
    if (milliseconds <= 0 || this.#over) return;
    this.#timer = setTimeout(() => this.#handler.onPerTryTimeout(this), milliseconds);
  }

  /** The response has begun: the try is not cut any more. */
  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  pause(): void {
    if (!this.#over) this.#stream.pause();
  }

  resume(): void {
    if (!this.#over) this.#stream.resume();
  }

  /** Gives the try up; no callback follows. Also after a complete response, when the request is not complete. */
  reset(): void {
    if (!this.#over && this.#onConnection) this.#cluster.stats.counter("upstream_rq_tx_reset").inc();
    this.#finish();
    this.#stream.reset();
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}

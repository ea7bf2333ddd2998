import type { Cluster, HttpStream } from "../../upstream/index.js";
import type { HeaderMap } from "../headers/index.js";

/** Bytes of a request that may wait for a mirror: past that the mirror loses the request, never the client. */
const MIRROR_LIMIT = 1 << 20;

/** A copy of one request on its way to another cluster. Its response is read and dropped. */
export class Mirror {
  #stream: HttpStream | undefined;
  #waiting = 0;
  #blocked = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #timeout: number;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster, headers: HeaderMap, endStream: boolean, timeout: number) {
    this.#cluster = cluster;
    this.#timeout = timeout;
    const endpoint = cluster.pickEndpoint({ header: (name) => headers.get(name) });
    if (!endpoint) return;
    this.#stream = cluster.httpPool(endpoint).newStream([...headers], endStream, {
      onHeaders: (response, end) => this.#onStatus(response[0]?.[1], end),
      onData: (_, end) => end && this.#finish(),
      onTrailers: () => this.#finish(),
      onReset: () => this.#finish(),
      onDrain: () => {
        this.#blocked = false;
        this.#waiting = 0;
      },
    });
    if (endStream) this.#requestSent();
  }

  write(bytes: Uint8Array, endStream: boolean): void {
    if (!this.#stream) return;
    if (this.#blocked) this.#waiting += bytes.length;
    if (this.#waiting > MIRROR_LIMIT) {
      this.#cluster.stats.counter("upstream_rq_tx_reset").inc();
      this.#stream.reset();
      this.#finish();
      return;
    }
    if (!this.#stream.write(bytes, endStream)) this.#blocked = true;
    if (endStream) this.#requestSent();
  }

  trailers(trailers: HeaderMap): void {
    this.#stream?.trailers([...trailers]);
    this.#requestSent();
  }

  /** The client gave its request up half-way: the copy cannot be completed. */
  abandon(): void {
    this.#stream?.reset();
    this.#finish();
  }

  #requestSent(): void {
    if (this.#timeout <= 0 || !this.#stream) return;
    this.#timer = setTimeout(() => {
      this.#cluster.stats.counter("upstream_rq_timeout").inc();
      this.abandon();
    }, this.#timeout);
  }

  #onStatus(status: string | undefined, end: boolean): void {
    const code = Number(status);
    this.#cluster.stats.counter(`upstream_rq_${Math.floor(code / 100)}xx`).inc();
    this.#cluster.stats.counter(`upstream_rq_${code}`).inc();
    this.#cluster.stats.counter("upstream_rq_completed").inc();
    if (end) this.#finish();
  }

  #finish(): void {
    this.#stream = undefined;
    clearTimeout(this.#timer);
  }
}

/** `host` as a mirror without `disable_shadow_host_suffix_append` gets it: `a.com:80` becomes `a.com-shadow:80`. */
export function shadowHost(authority: string): string {
  const port = /:\d+$/.exec(authority)?.[0] ?? "";
  return `${authority.slice(0, authority.length - port.length)}-shadow${port}`;
}

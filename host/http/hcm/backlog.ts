import type { Readable } from "node:stream";
import type { Connection } from "../../network/index.js";

/**
 * What came of requests whose streams are not read for now. HTTP/2's windows may be far too large to bound it (codecs need
 * them so, see the bridge), so past the connection's limit nothing more is read from the client.
 */
export class Backlog {
  readonly #connection: Connection;
  readonly #paused = new Set<Readable>();
  #stopped = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The stream is not read for now. */
  hold(stream: Readable): void {
    this.#paused.add(stream);
    this.check();
  }

  /** It is read again, or gone. */
  release(stream: Readable): void {
    if (this.#paused.delete(stream)) this.check();
  }

  /** Bytes came on the connection. */
  check(): void {
    if (this.#paused.size === 0 && !this.#stopped) return;
    let unread = 0;
    for (const stream of this.#paused) unread += stream.readableLength;
    const stop = unread > this.#connection.bufferLimit;
    if (stop === this.#stopped || this.#connection.state !== "open") return;
    this.#stopped = stop;
    this.#connection.readDisable(stop);
  }
}

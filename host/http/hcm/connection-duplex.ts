import { type ByteQueue, pieces, SocketLike } from "../../bytes/index.js";
import type { Connection } from "../../network/index.js";

type Done = (error?: Error | null) => void;

/** A filter chain's connection as the socket that node's HTTP servers expect. */
export class ConnectionDuplex extends SocketLike {
  readonly #connection: Connection;
  #readDisabled = false;
  #waiting: Done | undefined;

  constructor(connection: Connection) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
    this.on("error", () => undefined);
  }

  /** Bytes from the client. */
  receive(buffer: ByteQueue, endOfStream: boolean): void {
    let wanted = true;
    // `push` takes views of foreign memory as they are, and nobody writes to them any more.
    for (const chunk of buffer.takeChunks()) for (const piece of pieces(chunk)) wanted = this.push(piece);
    if (endOfStream) this.push(null);
    if (wanted || this.#readDisabled || this.destroyed) return;
    this.#readDisabled = true;
    this.#connection.readDisable(true);
  }

  /** The connection takes bytes again. */
  resumeWriting(): void {
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.();
  }

  override _read(): void {
    if (!this.#readDisabled) return;
    this.#readDisabled = false;
    this.#connection.readDisable(false);
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: readonly { chunk: Uint8Array }[], done: Done): void {
    // One write for what was collected: each runs through every write filter.
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    if (this.#connection.state === "open") this.#connection.close("flush");
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.resumeWriting();
    if (this.#connection.state === "open") this.#connection.close("flush");
    done(error);
  }

  #send(bytes: Uint8Array, done: Done): void {
    if (this.#connection.state !== "open") {
      done();
      return;
    }
    this.#connection.write(bytes, false);
    if (this.#connection.writable) done();
    else this.#waiting = done;
  }
}

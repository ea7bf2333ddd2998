import type { Duplex } from "node:stream";
import {
  type Cluster,
  type Endpoint,
  type FailureReason,
  type HttpStream,
  type HttpStreamHandler,
  localAddressOf,
} from "../../upstream/index.js";

/**
 * A CONNECT stream that ends here: its payload goes to the endpoint as TCP (RFC 9113, section 8.5). 200 is answered only
 * once connected; the backend's FIN ends the response, its RST resets the stream.
 */
export function openTcpUpstream(cluster: Cluster, endpoint: Endpoint, handler: HttpStreamHandler): HttpStream {
  return new TcpUpstream(cluster, endpoint, handler);
}

class TcpUpstream implements HttpStream {
  readonly #handler: HttpStreamHandler;
  readonly #cancel: () => void;
  #early: Uint8Array[] = [];
  #ended = false;
  #paused = false;
  #socket: Duplex | undefined;
  #over = false;

  constructor(cluster: Cluster, endpoint: Endpoint, handler: HttpStreamHandler) {
    this.#handler = handler;
    const connected = {
      onConnected: (socket: Duplex) => this.#onConnected(socket, endpoint),
      onFailure: (reason: FailureReason, detail: string) => this.#fail(() => handler.onReset(reason, detail, true)),
    };
    this.#cancel = cluster.tcpConnect(endpoint, connected, true);
  }

  write(bytes: Uint8Array, endStream: boolean): boolean {
    if (!this.#socket) {
      if (bytes.length > 0) this.#early.push(bytes);
      this.#ended ||= endStream;
      return this.#early.length === 0;
    }
    const room = bytes.length === 0 || this.#socket.write(bytes);
    if (endStream) this.#socket.end();
    return room;
  }

  trailers(): void {
    this.write(new Uint8Array(), true);
  }

  reset(): void {
    this.#over = true;
    if (this.#socket) this.#socket.destroy();
    else this.#cancel();
  }

  pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.resume();
  }

  #onConnected(socket: Duplex, endpoint: Endpoint): void {
    if (this.#over) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    this.#handler.onPoolReady?.(endpoint, localAddressOf(socket));
    this.#handler.onHeaders([[":status", "200"]], false);
    if (this.#over) return;
    socket.on("data", (chunk: Buffer) => !this.#over && this.#handler.onData(chunk, false));
    socket.on("end", () => this.#fail(() => this.#handler.onData(new Uint8Array(), true)));
    socket.on("drain", () => !this.#over && this.#handler.onDrain?.());
    socket.on("error", (error) => this.#fail(() => this.#handler.onReset("remote-reset", error.message, false)));
    socket.on("close", () => this.#fail(() => this.#handler.onReset("connection-termination", "", false)));
    if (this.#paused) socket.pause();
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) socket.write(chunk);
    if (this.#ended) socket.end();
    if (early.length > 0 && !socket.writableNeedDrain) this.#handler.onDrain?.();
  }

  /** The last callback. */
  #fail(call: () => void): void {
    if (this.#over) return;
    this.#over = true;
    call();
  }
}

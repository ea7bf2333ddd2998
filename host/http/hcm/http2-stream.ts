import http2, { type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { HeaderMap } from "../headers/index.js";
import type { CodecStream, CodecStreamHandler } from "../stream/index.js";
import type { Backlog } from "./backlog.js";
import type { Turn, Turns } from "./turns.js";

/**
 * Bytes that may wait in a stream before its source is stopped, while the connection itself takes them (`blocked` tells).
 * Stopping at node's 16 KiB, or little more, sends many answers in turns of small pieces; a codec that puts them together
 * again would have to keep all of them at once, where Envoy sends one nearly whole after the other.
 */
const HIGH_WATER = 256 * 1024;

/** Names that node:http2 sends once only. */
const SINGLE = new Set(["date", "server", "content-type", "content-length", "content-encoding", "location", "age"]);

const NOTHING = new Uint8Array();

/** What the streams of one session share. */
export interface SharedConnection {
  readonly turns: Turns;
  readonly backlog: Backlog;
  /** Whether the connection takes no more bytes at the moment. */
  blocked(): boolean;
}

/** One stream of a session. */
export class Http2ServerStream implements CodecStream, Turn {
  readonly protocol = "HTTP/2";
  readonly #stream: ServerHttp2Stream;
  #handler: CodecStreamHandler | undefined;
  #requestTrailers: HeaderMap | undefined;
  #trailers: HeaderMap | undefined;
  #requestEnded = false;
  #over = false;
  readonly #shared: SharedConnection;

  constructor(stream: ServerHttp2Stream, shared: SharedConnection) {
    this.#stream = stream;
    this.#shared = shared;
  }

  attach(handler: CodecStreamHandler, endStream: boolean): void {
    this.#handler = handler;
    this.#requestEnded = endStream;
    const stream = this.#stream;
    stream.on("error", () => undefined);
    stream.on("close", () => this.#onClose());
    stream.on("aborted", () => this.#onClose());
    stream.on("drain", () => this.#shared.turns.ready(this));
    stream.on("wantTrailers", () => stream.sendTrailers(toObject(this.#trailers ?? new HeaderMap())));
    if (endStream) {
      stream.resume();
      return;
    }
    // Body that is still to be read comes after its trailers otherwise.
    stream.on("trailers", (_headers, _flags, raw?: string[]) => {
      this.#requestTrailers = HeaderMap.fromRaw(raw ?? []);
    });
    stream.on("data", (chunk: Buffer) => !this.#over && handler.onData(chunk, false));
    stream.on("end", () => this.#onEnd(handler));
  }

  onTurn(): void {
    if (!this.#over) this.#handler?.onDrain();
  }

  writeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.#gone()) return;
    if (endStream) this.#over = true;
    else this.#shared.turns.begin(this);
    try {
      this.#stream.respond(toObject(headers), { endStream, sendDate: false, waitForTrailers: !endStream } as object);
    } catch {
      // An upstream's headers that node does not send (a status of 101, say): they cost this stream only.
      this.reset();
      const handler = this.#handler;
      queueMicrotask(() => handler?.onReset("codec-error"));
    }
  }

  writeData(bytes: Uint8Array, endStream: boolean): boolean {
    if (this.#gone()) return true;
    const room = bytes.length === 0 || this.#stream.write(bytes);
    if (endStream) {
      this.#over = true;
      this.#stream.end();
      this.#shared.turns.end(this);
    }
    return room || (this.#stream.writableLength < HIGH_WATER && !this.#shared.blocked());
  }

  writeTrailers(trailers: HeaderMap): void {
    this.#trailers = trailers;
    this.writeData(NOTHING, true);
  }

  reset(): void {
    this.#over = true;
    this.#stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  }

  refuseRest(): void {
    if (this.#requestEnded || this.#stream.destroyed) return;
    // Where all of the request has come meanwhile there is nothing to refuse; a reset could overtake the answer's end.
    const close = () => {
      if (!this.#stream.readableEnded) this.#stream.close(http2.constants.NGHTTP2_NO_ERROR);
    };
    if (this.#stream.writableFinished) close();
    else this.#stream.once("finish", () => setImmediate(close));
    this.#stream.resume();
  }

  pause(): void {
    if (this.#requestEnded) return;
    this.#stream.pause();
    this.#shared.backlog.hold(this.#stream);
  }

  resume(): void {
    this.#shared.backlog.release(this.#stream);
    if (!this.#requestEnded) this.#stream.resume();
  }

  #gone(): boolean {
    return this.#over || this.#stream.destroyed || this.#stream.closed;
  }

  #onEnd(handler: CodecStreamHandler): void {
    if (this.#over || this.#requestEnded || this.#stream.aborted) return;
    this.#requestEnded = true;
    if (this.#requestTrailers) handler.onTrailers(this.#requestTrailers);
    else handler.onData(NOTHING, true);
  }

  #onClose(): void {
    this.#shared.turns.end(this);
    this.#shared.backlog.release(this.#stream);
    if (this.#over) return;
    this.#over = true;
    const session = this.#stream.session;
    this.#handler?.onReset(session && !session.destroyed ? "remote-reset" : "connection-closed");
  }
}

/** node takes headers as an object; values of a repeated name as a list. */
function toObject(headers: HeaderMap): OutgoingHttpHeaders {
  const object: OutgoingHttpHeaders = Object.create(null);
  for (const [name, value] of headers) {
    const before = object[name];
    if (before === undefined) object[name] = value;
    else if (SINGLE.has(name)) continue;
    else if (Array.isArray(before)) before.push(value);
    else object[name] = [String(before), value];
  }
  return object;
}

import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { FailureReason, HeaderPair, HttpStream, HttpStreamHandler } from "../types.js";
import type { ConnectionWindow } from "./connection-window.js";
import { firstValue, headerObject, pairsFromRaw } from "./headers.js";

const EMPTY = new Uint8Array(0);
/** RFC 9113 §6.2. */
const END_STREAM = 0x1;

/** What a stream asks of, and tells, its connection. */
export interface StreamOwner {
  readonly window: ConnectionWindow;
  whyClosed(code: number): { reason: FailureReason; detail: string; neverSent: boolean };
  onHeard(): void;
  onDone(): void;
}

/** One request on an HTTP/2 session. */
export class Http2UpstreamStream implements HttpStream {
  private readonly stream: ClientHttp2Stream;
  private readonly withTrailers: boolean;
  private held: readonly HeaderPair[] | undefined;
  private over = false;
  private requestEnded: boolean;

  constructor(
    session: ClientHttp2Session,
    headers: readonly HeaderPair[],
    endStream: boolean,
    private readonly handler: HttpStreamHandler,
    private readonly owner: StreamOwner,
  ) {
    this.requestEnded = endStream;
    // node:http2 must know beforehand, and then ends every body with one more frame: only for who announces trailers.
    this.withTrailers =
      !endStream && (firstValue(headers, "te") === "trailers" || firstValue(headers, "trailer") !== undefined);
    const stream = session.request(headerObject(headers), { endStream, waitForTrailers: this.withTrailers });
    this.stream = stream;
    stream.on("headers", (_headers: unknown, _flags: number, raw?: string[]) =>
      this.handler.onInformational?.(pairsFromRaw(raw ?? [])),
    );
    stream.on("response", (_headers, flags, raw?: string[]) => this.onResponse(pairsFromRaw(raw ?? []), flags));
    stream.on("trailers", (_headers, _flags, raw?: string[]) => {
      this.held = pairsFromRaw(raw ?? []);
    });
    stream.on("end", () => this.onEnd());
    stream.on("drain", () => {
      if (!this.over) this.handler.onDrain?.();
    });
    stream.on("error", () => undefined);
    stream.on("close", () => this.onClose());
  }

  write(bytes: Uint8Array, endStream: boolean): boolean {
    if (this.requestEnded || this.stream.destroyed) return true;
    if (!endStream) return this.stream.write(bytes);
    this.requestEnded = true;
    if (bytes.length > 0) this.stream.end(bytes);
    else this.stream.end();
    return true;
  }

  trailers(trailers: readonly HeaderPair[]): void {
    if (this.requestEnded || this.stream.destroyed) return;
    this.requestEnded = true;
    if (this.withTrailers) this.stream.once("wantTrailers", () => this.stream.sendTrailers(headerObject(trailers)));
    this.stream.end();
  }

  reset(): void {
    if (this.over) {
      // The response is complete; RFC 9113 §8.1: NO_ERROR asks the other side to let the rest of the request be.
      if (!this.requestEnded && !this.stream.destroyed) this.stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    this.finish();
    this.stream.close(constants.NGHTTP2_CANCEL);
  }

  pause(): void {
    this.stream.pause();
    if (!this.over) this.owner.window.hold(this.stream);
  }

  resume(): void {
    this.stream.resume();
    this.owner.window.release(this.stream);
  }

  private onResponse(headers: HeaderPair[], flags: number): void {
    this.owner.onHeard();
    if (this.over) return;
    const endStream = (flags & END_STREAM) !== 0;
    if (endStream) this.finish();
    this.handler.onHeaders(headers, endStream);
    // Only now, although data may be there already: node announces headers in a next tick, and on a duplex in memory both
    // frames are read in one go. Until somebody listens the stream keeps its data, and `pause` can hold it back.
    this.stream.on("data", (chunk: Uint8Array) => {
      if (!this.over) this.handler.onData(chunk, false);
    });
  }

  private onEnd(): void {
    // An end without END_STREAM is a reset; `close` tells it. A session that dies ends its streams with NO_ERROR too.
    const { rstCode, aborted, destroyed } = this.stream;
    if (this.over || rstCode !== constants.NGHTTP2_NO_ERROR || aborted || destroyed) return;
    this.finish();
    if (this.held === undefined) this.handler.onData(EMPTY, true);
    else this.handler.onTrailers([...this.held]);
  }

  private onClose(): void {
    if (this.over) return;
    const { reason, detail, neverSent } = this.owner.whyClosed(this.stream.rstCode ?? constants.NGHTTP2_INTERNAL_ERROR);
    this.finish();
    this.handler.onReset(reason, detail, neverSent);
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.owner.window.release(this.stream);
    this.owner.onDone();
  }
}

import type { HeaderMap } from "../headers/index.js";
import type { CodecStream, CodecStreamHandler } from "../stream/index.js";

/** A codec on one connection: node's HTTP/1.1 or HTTP/2 server. */
export interface ServerCodec {
  /** Bytes of the client have been handed to it. */
  received?(): void;
  /** Tells the client to send no new requests; with `final` the connection ends with its last stream. */
  goAway(final: boolean): void;
  /** The connection is gone. */
  destroy(): void;
}

/** What a codec tells the connection manager. */
export interface CodecOwner {
  /** A request's headers came; the handler takes the rest of it. `start` sends it into its chain. */
  onRequest(
    stream: CodecStream,
    headers: HeaderMap,
    endStream: boolean,
  ): { readonly handler: CodecStreamHandler; start(): void };
  onProtocolError(message: string): void;
}

import http2, { type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { HeaderMap } from "../headers/index.js";
import type { CodecOwner, ServerCodec } from "./codec.js";
import { Http2ServerStream } from "./http2-stream.js";
import type { ManagerOptions } from "./options.js";

const END_STREAM = 0x1;
const LAST_CLIENT_STREAM = 2 ** 31 - 1;
/** node's own guards, which are for servers in the open: here limits are the connection manager's. */
const OUT_OF_REACH = 1_000_000_000;

/** An HTTP/2 server session by node:http2. */
export function http2Codec(duplex: Duplex, options: ManagerOptions, owner: CodecOwner): ServerCodec {
  const { http, http2: settings } = options;
  const session = http2.performServerHandshake(duplex, {
    settings: {
      headerTableSize: settings.headerTableSize,
      initialWindowSize: settings.streamWindow,
      maxConcurrentStreams: settings.maxConcurrentStreams,
      maxHeaderListSize: http.maxHeaderBytes,
      ...(settings.allowConnect && { enableConnectProtocol: true }),
    },
    // The pseudo-headers are counted too.
    maxHeaderListPairs: http.maxHeaders + 4,
    maxSessionMemory: 1 << 20,
    maxOutstandingPings: OUT_OF_REACH,
    maxSessionInvalidFrames: OUT_OF_REACH,
    maxSessionRejectedStreams: OUT_OF_REACH,
    streamResetBurst: OUT_OF_REACH,
    streamResetRate: OUT_OF_REACH,
    maxSettings: 1024,
  } as http2.ServerOptions);
  session.setLocalWindowSize(settings.connectionWindow);
  session.on("error", (error) => owner.onProtocolError(error.message));
  session.on("stream", (stream: ServerHttp2Stream, _headers, flags: number, raw?: string[]) => {
    const wrapped = new Http2ServerStream(stream);
    const endStream = (flags & END_STREAM) !== 0;
    const { handler, start } = owner.onRequest(wrapped, HeaderMap.fromRaw(raw ?? []), endStream);
    wrapped.attach(handler, endStream);
    start();
  });
  return new Http2Codec(session);
}

class Http2Codec implements ServerCodec {
  readonly #session: ServerHttp2Session;

  constructor(session: ServerHttp2Session) {
    this.#session = session;
  }

  /** First the notice that names the greatest stream id (RFC 9113, section 6.8), later the last stream really taken. */
  goAway(final: boolean): void {
    if (this.#session.destroyed) return;
    if (!final) this.#session.goaway(http2.constants.NGHTTP2_NO_ERROR, LAST_CLIENT_STREAM);
    else this.#session.close();
  }

  destroy(): void {
    if (!this.#session.destroyed) this.#session.destroy();
  }
}

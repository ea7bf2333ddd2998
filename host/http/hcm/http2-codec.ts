import http2, { type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import type { Connection } from "../../network/index.js";
import { HeaderMap } from "../headers/index.js";
import { Backlog } from "./backlog.js";
import type { CodecOwner, ServerCodec } from "./codec.js";
import { Http2ServerStream, type SharedConnection } from "./http2-stream.js";
import type { ManagerOptions } from "./options.js";
import { Turns } from "./turns.js";

const END_STREAM = 0x1;
/**
 * GOAWAY with the greatest stream id and NO_ERROR (RFC 9113, section 6.8): no new streams, please; those under way are
 * still taken. node can only say the last word, after which nghttp2 ignores new streams without a sound. So this frame is
 * written between two writes of the session, each of which is whole frames.
 */
const SHUTDOWN_NOTICE = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
/** node's own guards, which are for servers in the open: here limits are the connection manager's. */
const OUT_OF_REACH = 1_000_000_000;

/** An HTTP/2 server session by node:http2. */
export function http2Codec(
  duplex: Duplex,
  connection: Connection,
  options: ManagerOptions,
  owner: CodecOwner,
): ServerCodec {
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
  const blocked = () => duplex.writableNeedDrain;
  const shared: SharedConnection = { blocked, turns: new Turns(blocked), backlog: new Backlog(connection) };
  duplex.on("drain", () => shared.turns.next());
  session.on("error", (error) => owner.onProtocolError(error.message));
  session.on("stream", (stream: ServerHttp2Stream, _headers, flags: number, raw?: string[]) => {
    const wrapped = new Http2ServerStream(stream, shared);
    const endStream = (flags & END_STREAM) !== 0;
    const { handler, start } = owner.onRequest(wrapped, HeaderMap.fromRaw(raw ?? []), endStream);
    wrapped.attach(handler, endStream);
    start();
  });
  return new Http2Codec(session, duplex, shared.backlog);
}

class Http2Codec implements ServerCodec {
  readonly #session: ServerHttp2Session;
  readonly #duplex: Duplex;
  readonly #backlog: Backlog;

  constructor(session: ServerHttp2Session, duplex: Duplex, backlog: Backlog) {
    this.#session = session;
    this.#duplex = duplex;
    this.#backlog = backlog;
  }

  received(): void {
    this.#backlog.check();
  }

  goAway(final: boolean): void {
    if (this.#session.destroyed) return;
    if (!final) {
      this.#duplex.write(SHUTDOWN_NOTICE);
      return;
    }
    // The last stream that was taken; what comes later was never looked at, and the client knows it.
    this.#session.goaway(http2.constants.NGHTTP2_NO_ERROR);
    this.#session.close();
  }

  destroy(): void {
    if (!this.#session.destroyed) this.#session.destroy();
  }
}

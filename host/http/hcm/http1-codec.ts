import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { HeaderMap } from "../headers/index.js";
import type { CodecStream, CodecStreamHandler } from "../stream/index.js";
import type { CodecOwner, ServerCodec } from "./codec.js";
import type { ManagerOptions } from "./options.js";

const NOTHING = new Uint8Array();

/** An HTTP/1.1 connection by node:http. */
export function http1Codec(duplex: Duplex, options: ManagerOptions, owner: CodecOwner): ServerCodec {
  const server = http.createServer({
    keepAliveTimeout: 0,
    requestTimeout: 0,
    headersTimeout: 0,
    maxHeaderSize: options.http.maxHeaderBytes,
  });
  server.maxHeadersCount = options.http.maxHeaders;
  server.timeout = 0;
  const codec = new Http1Codec(server, duplex);
  server.on("request", (request, response) => {
    const stream = new Http1ServerStream(request, response, () => codec.draining);
    const headers = requestHeaders(request);
    const endStream = request.headers["content-length"] === undefined && !request.headers["transfer-encoding"];
    const { handler, start } = owner.onRequest(stream, headers, endStream);
    stream.attach(handler, endStream);
    start();
  });
  server.on("clientError", (error) => {
    owner.onProtocolError(error.message);
    if (duplex.writable) duplex.end(BAD_REQUEST);
    else duplex.destroy();
  });
  server.emit("connection", duplex);
  return codec;
}

const BAD_REQUEST =
  "HTTP/1.1 400 Bad Request\r\ncontent-length: 11\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nBad Request";

class Http1Codec implements ServerCodec {
  draining = false;
  readonly #server: Server;
  readonly #duplex: Duplex;

  constructor(server: Server, duplex: Duplex) {
    this.#server = server;
    this.#duplex = duplex;
  }

  /** HTTP/1.1 has no notice: the next response says `connection: close`; an idle connection just ends. */
  goAway(final: boolean): void {
    this.draining = true;
    if (final) this.#server.closeIdleConnections();
  }

  destroy(): void {
    this.#duplex.destroy();
    this.#server.close();
  }
}

/** As Envoy's codec gives them: the pseudo-headers of HTTP/2 first, no `host`. */
function requestHeaders(request: IncomingMessage): HeaderMap {
  const all = HeaderMap.fromRaw(request.rawHeaders);
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(request.url ?? "");
  const headers = new HeaderMap([
    [":authority", absolute?.[1] ?? all.get("host") ?? ""],
    [":path", absolute ? absolute[2] || "/" : (request.url ?? "/")],
    [":method", request.method ?? "GET"],
    [":scheme", "http"],
  ]);
  for (const [name, value] of all) if (name !== "host") headers.add(name, value);
  return headers;
}

class Http1ServerStream implements CodecStream {
  readonly protocol: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #draining: () => boolean;
  #handler: CodecStreamHandler | undefined;
  #requestEnded = false;
  #over = false;

  constructor(request: IncomingMessage, response: ServerResponse, draining: () => boolean) {
    this.#request = request;
    this.#response = response;
    this.#draining = draining;
    this.protocol = `HTTP/${request.httpVersion}`;
  }

  attach(handler: CodecStreamHandler, endStream: boolean): void {
    this.#handler = handler;
    this.#requestEnded = endStream;
    this.#response.on("close", () => {
      if (this.#over) return;
      this.#over = true;
      handler.onReset("connection-closed");
    });
    this.#response.on("drain", () => !this.#over && handler.onDrain());
    this.#response.on("error", () => undefined);
    this.#request.on("error", () => undefined);
    if (endStream) {
      this.#request.resume();
      return;
    }
    this.#request.on("data", (chunk: Buffer) => !this.#over && handler.onData(chunk, false));
    this.#request.on("end", () => {
      this.#requestEnded = true;
      if (this.#over) return;
      const trailers = HeaderMap.fromRaw(this.#request.rawTrailers);
      if (trailers.size > 0) handler.onTrailers(trailers);
      else handler.onData(NOTHING, true);
    });
  }

  writeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.#over) return;
    const flat: string[] = [];
    for (const [name, value] of headers) if (!name.startsWith(":")) flat.push(name, value);
    if (this.#draining()) flat.push("connection", "close");
    // Envoy says nothing about a connection that stays open; node would.
    else this.#response.removeHeader("connection");
    this.#response.sendDate = false;
    if (!headers.has("content-length") && mayHaveBody(headers)) {
      if (endStream) flat.push("content-length", "0");
      // node would write this by itself, with capital letters.
      else if (this.protocol === "HTTP/1.1") flat.push("transfer-encoding", "chunked");
    }
    try {
      this.#response.writeHead(Number(headers.get(":status")), flat);
    } catch {
      // An upstream's headers that node does not send: they cost this connection only.
      this.reset();
      const handler = this.#handler;
      queueMicrotask(() => handler?.onReset("codec-error"));
      return;
    }
    if (endStream) this.#end();
  }

  writeData(bytes: Uint8Array, endStream: boolean): boolean {
    if (this.#over) return true;
    const room = bytes.length === 0 || this.#response.write(bytes);
    if (endStream) this.#end();
    return room;
  }

  writeTrailers(trailers: HeaderMap): void {
    if (this.#over) return;
    this.#response.addTrailers([...trailers].map(([name, value]): [string, string] => [name, value]));
    this.#end();
  }

  reset(): void {
    this.#over = true;
    this.#response.destroy();
  }

  /** The rest of the request cannot be skipped safely: the connection ends with the response, as in Envoy. */
  refuseRest(): void {
    if (this.#requestEnded) return;
    this.#request.resume();
    this.#response.once("finish", () => this.#request.destroy());
  }

  pause(): void {
    if (!this.#requestEnded) this.#request.pause();
  }

  resume(): void {
    if (!this.#requestEnded) this.#request.resume();
  }

  #end(): void {
    this.#over = true;
    this.#response.end();
  }
}

function mayHaveBody(headers: HeaderMap): boolean {
  const status = Number(headers.get(":status"));
  return status >= 200 && status !== 204 && status !== 304;
}

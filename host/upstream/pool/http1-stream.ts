import { type Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { MemoryDuplex } from "../../bytes/index.js";
import { isConnectFailure } from "../close-details.js";
import { localAddressOf } from "../local-address.js";
import type { Endpoint, FailureReason, HeaderPair, HttpStream, HttpStreamHandler } from "../types.js";
import { firstValue, pairsFromRaw } from "./headers.js";
import type { HttpOptions } from "./options.js";

const EMPTY = new Uint8Array(0);

/** What the pool gives its streams. */
export interface Http1Context {
  readonly agent: Agent;
  readonly endpoint: Endpoint;
  readonly http: HttpOptions;
  readonly keepAlive: boolean;
  done(): void;
}

/** One request on an HTTP/1.1 connection. */
export class Http1UpstreamStream implements HttpStream {
  private readonly request: ClientRequest;
  private response: IncomingMessage | undefined;
  private over = false;
  private requestEnded: boolean;

  constructor(
    headers: readonly HeaderPair[],
    endStream: boolean,
    private readonly handler: HttpStreamHandler,
    private readonly context: Http1Context,
  ) {
    this.requestEnded = endStream;
    const method = firstValue(headers, ":method") ?? "GET";
    if (method === "CONNECT") throw new Error("CONNECT to an HTTP/1.1 endpoint is not implemented by this host");
    this.request = request({
      agent: context.agent,
      method,
      path: firstValue(headers, ":path") ?? "/",
      headers: rawHeaders(headers, method, endStream, context.keepAlive),
      maxHeaderSize: context.http.maxResponseHeadersBytes,
      setHost: false,
    });
    this.request.maxHeadersCount = context.http.maxHeadersCount;
    this.request.on("socket", (socket) => {
      // flushHeaders() writes the head without saying its encoding: header strings are bytes, not UTF-8.
      socket.setDefaultEncoding("latin1");
      socket.emit("meltemi:use");
      handler.onPoolReady?.(context.endpoint, localAddressOf(socket));
    });
    this.request.on("information", ({ statusCode, rawHeaders: raw }) => {
      if (statusCode !== 100) handler.onInformational?.([[":status", String(statusCode)], ...pairsFromRaw(raw)]);
    });
    this.request.on("response", (response) => this.onResponse(response));
    this.request.on("drain", () => {
      if (!this.over) handler.onDrain?.();
    });
    this.request.on("error", (error) => this.fail(error));
    this.request.on("upgrade", (_response, socket) => socket.destroy());
    this.request.on("close", () => this.fail(undefined));
    if (endStream) this.request.end();
    else this.request.flushHeaders();
  }

  write(bytes: Uint8Array, endStream: boolean): boolean {
    if (this.requestEnded) return true;
    if (!endStream) return this.request.write(bytes);
    this.requestEnded = true;
    if (bytes.length > 0) this.request.end(bytes);
    else this.request.end();
    return true;
  }

  trailers(trailers: readonly HeaderPair[]): void {
    if (this.requestEnded) return;
    this.requestEnded = true;
    this.request.addTrailers(trailers.map(([name, value]) => [name, value] as [string, string]));
    this.request.end();
  }

  reset(): void {
    const complete = this.over && this.requestEnded;
    this.finish();
    if (!complete) this.request.destroy();
  }

  pause(): void {
    this.response?.pause();
  }

  resume(): void {
    this.response?.resume();
  }

  private onResponse(response: IncomingMessage): void {
    if (this.over) return;
    this.response = response;
    response.on("data", (chunk: Uint8Array) => {
      if (!this.over) this.handler.onData(chunk, false);
    });
    response.on("end", () => {
      if (this.over) return;
      this.finish();
      const trailers = pairsFromRaw(response.rawTrailers);
      if (trailers.length > 0) this.handler.onTrailers(trailers);
      else this.handler.onData(EMPTY, true);
    });
    response.on("error", (error) => this.fail(error));
    this.handler.onHeaders([[":status", String(response.statusCode)], ...pairsFromRaw(response.rawHeaders)], false);
  }

  private fail(error: Error | undefined): void {
    if (this.over) return;
    this.finish();
    const { reason, detail } = this.explain(error);
    this.handler.onReset(reason, detail, reason !== "connection-termination" && reason !== "protocol-error");
  }

  private explain(error: (Error & { reason?: FailureReason; code?: string }) | undefined): {
    reason: FailureReason;
    detail: string;
  } {
    if (error?.reason !== undefined) return { reason: error.reason, detail: error.message };
    const transport: unknown = this.request.socket;
    const details = transport instanceof MemoryDuplex ? transport.closeDetails : undefined;
    if (this.response === undefined && isConnectFailure(details)) {
      return { reason: "connect-failure", detail: details ?? "" };
    }
    if (error?.code?.startsWith("HPE_") === true) return { reason: "protocol-error", detail: error.message };
    return { reason: "connection-termination", detail: error?.message ?? "the connection was closed" };
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.context.done();
  }
}

/** The flat list that node writes as it stands, so repeated names and their order are kept. */
function rawHeaders(pairs: readonly HeaderPair[], method: string, endStream: boolean, keepAlive: boolean): string[] {
  const authority = firstValue(pairs, ":authority");
  const raw = authority === undefined ? [] : ["host", authority];
  let framed = false;
  for (const [name, value] of pairs) {
    if (name.startsWith(":") || name === "host" || name === "transfer-encoding" || name === "connection") continue;
    if (name === "content-length") framed = true;
    raw.push(name, value);
  }
  if (!framed && !endStream) raw.push("transfer-encoding", "chunked");
  else if (!framed && ["POST", "PUT", "PATCH"].includes(method)) raw.push("content-length", "0");
  if (!keepAlive) raw.push("connection", "close");
  return raw;
}

import { ByteQueue } from "../../bytes/index.js";
import type { Connection } from "../../network/index.js";
import { type HttpFilter, type LocalReply, Pipeline, writeLocalReply } from "../chain/index.js";
import type { HeaderMap } from "../headers/index.js";
import type { FormatContext, Route, RouteTable } from "../routes/index.js";
import type { RequestSpan } from "../tracing/index.js";
import { prepareRequestHeaders } from "./request-headers.js";
import { finishResponseHeaders } from "./response-headers.js";
import { StreamTimers } from "./timers.js";
import type {
  CodecStream,
  CodecStreamHandler,
  HttpStreamInfo,
  RouterHost,
  StreamConfig,
  StreamResetReason,
  TerminalFilter,
} from "./types.js";

/** How a reset shows in logs. */
const RESETS = {
  "remote-reset": { flag: "DR", details: "http2.remote_reset" },
  "connection-closed": { flag: "DC", details: "downstream_remote_disconnect" },
  "codec-error": { flag: "UPE", details: "http.invalid_response_headers" },
} as const;

/** One request and its response on their way through the filters. */
export class ActiveStream implements RouterHost, CodecStreamHandler {
  readonly info: HttpStreamInfo;
  readonly requestHeaders: HeaderMap;
  readonly connection: Connection;
  readonly protocol: string;
  // 48 bits: what every double holds exactly.
  readonly random = Math.floor(Math.random() * 2 ** 48);
  responseHeaders: HeaderMap | undefined;
  responseTrailers: HeaderMap | undefined;
  readonly #codec: CodecStream;
  readonly #config: StreamConfig;
  readonly #table: RouteTable | undefined;
  readonly #filters: readonly HttpFilter[];
  readonly #terminal: TerminalFilter;
  readonly #request: Pipeline;
  readonly #response: Pipeline;
  readonly #timers: StreamTimers;
  readonly #onOver: () => void;
  #span: RequestSpan | undefined;
  #route: Route | undefined | null = null;
  #lastRoute: Route | undefined;
  #headersWritten = false;
  #responseBegun = false;
  #over = false;
  #requestPauses = 0;
  #responsePauses = 0;
  #writeBlocked = false;

  constructor(
    codec: CodecStream,
    headers: HeaderMap,
    connection: Connection,
    config: StreamConfig,
    onOver: () => void,
  ) {
    this.#codec = codec;
    this.#config = config;
    this.#onOver = onOver;
    this.connection = connection;
    this.protocol = codec.protocol;
    this.requestHeaders = headers;
    this.info = {
      startTime: Date.now(),
      dynamicMetadata: {},
      filterState: new Map(connection.info.filterState),
      responseFlags: new Set(),
      bytesReceived: 0,
      bytesSent: 0,
      requestComplete: false,
      upstreamAttempts: 0,
    };
    this.#table = config.routes();
    config.stats.rqTotal.inc();
    config.stats.rqActive.inc();
    (codec.protocol === "HTTP/2" ? config.stats.rqHttp2Total : config.stats.rqHttp1Total).inc();
    prepareRequestHeaders(headers, ipOf(connection.remoteAddress), config.request);
    this.#timers = new StreamTimers(this, config, () => this.#headersWritten);
    this.#terminal = config.terminal(this);
    this.#filters = config.filters(this);
    this.#request = new Pipeline(present(this.#filters.map((filter) => filter.request)), this.#terminal, {
      bufferLimit: connection.bufferLimit,
      tooLarge: () => this.#requestTooLarge(),
      pause: () => this.pauseRequest(),
      resume: () => this.resumeRequest(),
    });
    // Responses pass the filters in reverse order.
    const responseStages = present(this.#filters.map((filter) => filter.response)).reverse();
    this.#response = new Pipeline(responseStages, this.#codecSink(), {
      bufferLimit: connection.bufferLimit,
      tooLarge: () => this.#responseTooLarge(),
      pause: () => this.#pauseResponse(),
      resume: () => this.#resumeResponse(),
    });
  }

  /** Sends the request into the chain. Separate from the constructor, because filters answer from within. */
  start(endStream: boolean): void {
    this.#timers.start();
    if (endStream) this.info.requestComplete = true;
    const { startSpan } = this.#config;
    if (startSpan) {
      this.#span = startSpan(this.requestHeaders, this.route()?.tracing, this.random, this.info.startTime);
    }
    this.#request.headers(this.requestHeaders, endStream);
  }

  get bufferLimit(): number {
    return this.connection.bufferLimit;
  }

  get responseStarted(): boolean {
    return this.#headersWritten;
  }

  get requestPipeline(): Pipeline {
    return this.#request;
  }

  get responsePipeline(): Pipeline {
    return this.#response;
  }

  route(): Route | undefined {
    if (this.#route === null) {
      this.#route = this.#table?.route(this.requestHeaders, this.random);
      this.#lastRoute = this.#route;
      const action = this.#route?.action;
      if (action?.kind === "forward") this.info.upstreamClusterMetadata = this.#config.clusterMetadata(action.cluster);
      this.#timers.routeFound(this.#route);
    }
    return this.#route;
  }

  lastRoute(): Route | undefined {
    return this.#lastRoute ?? this.route();
  }

  clearRouteCache(): void {
    this.#route = null;
  }

  injectSpan(): void {
    this.#span?.inject(this.requestHeaders);
  }

  formatContext(): FormatContext {
    return {
      info: this.info,
      protocol: this.protocol,
      connectionDetails: this.connection.info.terminationDetails,
      tls: this.connection.tls,
      localAddress: this.connection.localAddress,
      remoteAddress: this.connection.remoteAddress,
      routeName: this.#route?.name ?? "",
      requestHeaders: this.requestHeaders,
      responseHeaders: this.responseHeaders,
      responseTrailers: this.responseTrailers,
      responseCode: this.info.responseCode,
      responseCodeDetails: this.info.responseCodeDetails,
    };
  }

  // What the codec tells.

  onData(bytes: Uint8Array, endStream: boolean): void {
    this.#timers.activity();
    this.info.bytesReceived += bytes.length;
    if (endStream) this.info.requestComplete = true;
    const data = new ByteQueue();
    data.append(bytes);
    this.#request.data(data, endStream);
  }

  onTrailers(trailers: HeaderMap): void {
    this.#timers.activity();
    this.info.requestComplete = true;
    this.#request.trailers(trailers);
  }

  onReset(reason: StreamResetReason): void {
    if (this.#over) return;
    const { flag, details } = RESETS[reason];
    this.info.responseFlags.add(flag);
    this.info.responseCodeDetails = details;
    (reason === "codec-error" ? this.#config.stats.rqTxReset : this.#config.stats.rqRxReset).inc();
    this.#finish();
  }

  onDrain(): void {
    if (!this.#writeBlocked) return;
    this.#writeBlocked = false;
    this.#timers.activity();
    this.#resumeResponse();
  }

  // What filters and router ask for.

  sendLocalReply(reply: LocalReply): void {
    if (this.#over) return;
    if (reply.flag) this.info.responseFlags.add(reply.flag);
    this.info.responseCodeDetails = reply.details;
    this.#request.stop();
    if (this.#headersWritten) {
      this.#resetClient();
      return;
    }
    const { headers, body } = writeLocalReply(reply, this.requestHeaders);
    const data = new ByteQueue();
    data.append(body);
    // A response that a filter holds back is replaced: the reply then goes past the filters.
    const target = this.#responseBegun ? this.#codecSink() : this.#response;
    if (this.#responseBegun) this.#response.stop();
    this.#responseBegun = true;
    target.headers(headers, data.length === 0);
    if (data.length > 0 && !this.#over) target.data(data, true);
  }

  reset(details: string): void {
    if (this.#over) return;
    this.info.responseCodeDetails = details;
    this.#resetClient();
  }

  respondHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.#over || this.#responseBegun) return;
    this.#timers.activity();
    this.#responseBegun = true;
    this.info.responseCodeDetails ??= "via_upstream";
    this.#response.headers(headers, endStream);
  }

  respondData(data: ByteQueue, endStream: boolean): void {
    if (this.#over) return;
    this.#timers.activity();
    this.#response.data(data, endStream);
  }

  respondTrailers(trailers: HeaderMap): void {
    if (!this.#over) this.#response.trailers(trailers);
  }

  pauseRequest(): void {
    if (++this.#requestPauses === 1) this.#codec.pause();
  }

  resumeRequest(): void {
    if (this.#requestPauses > 0 && --this.#requestPauses === 0 && !this.#over) this.#codec.resume();
  }

  #pauseResponse(): void {
    if (++this.#responsePauses === 1) this.#terminal.pauseResponse();
  }

  #resumeResponse(): void {
    if (this.#responsePauses > 0 && --this.#responsePauses === 0) this.#terminal.resumeResponse();
  }

  #requestTooLarge(): void {
    this.#config.stats.rqTooLarge.inc();
    this.sendLocalReply({ status: 413, details: "request_payload_too_large", body: "Payload Too Large" });
  }

  #responseTooLarge(): void {
    this.#config.stats.rsTooLarge.inc();
    this.sendLocalReply({ status: 500, details: "response_payload_too_large", body: "Internal Server Error" });
  }

  #codecSink() {
    return {
      headers: (headers: HeaderMap, endStream: boolean) => this.#writeHeaders(headers, endStream),
      data: (data: ByteQueue, endStream: boolean) => this.#writeData(data, endStream),
      trailers: (trailers: HeaderMap) => this.#writeTrailers(trailers),
    };
  }

  #writeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.#over) return;
    if (!headers.has(":status")) {
      this.#answerForFilters();
      return;
    }
    finishResponseHeaders(headers, this.requestHeaders, this.#config.response);
    this.responseHeaders = headers;
    this.#headersWritten = true;
    this.info.responseCode = Number(headers.get(":status"));
    this.#config.stats.rqCompleted.inc();
    this.#config.stats.rqClass[Math.floor(this.info.responseCode / 100)]?.inc();
    this.#codec.writeHeaders(headers, endStream);
    if (endStream) this.#complete();
  }

  /** A filter took the status away: no filter sees the answer to that, and what else comes of the response is dropped. */
  #answerForFilters(): void {
    this.info.responseCodeDetails = "filter_removed_required_response_headers";
    const details = this.info.responseCodeDetails;
    const reply = writeLocalReply(
      { status: 502, details, body: "missing required header: :status" },
      this.requestHeaders,
    );
    this.#writeHeaders(reply.headers, reply.body.length === 0);
    const body = new ByteQueue();
    body.append(reply.body);
    if (reply.body.length > 0) this.#writeData(body, true);
  }

  #writeData(data: ByteQueue, endStream: boolean): void {
    if (this.#over) return;
    this.info.bytesSent += data.length;
    const chunks = data.takeChunks();
    if (chunks.length === 0 && !endStream) return;
    const last = chunks.pop() ?? new Uint8Array();
    for (const chunk of chunks) this.#codec.writeData(chunk, false);
    const writable = this.#codec.writeData(last, endStream);
    if (endStream) {
      this.#complete();
    } else if (!writable && !this.#writeBlocked) {
      this.#writeBlocked = true;
      this.#pauseResponse();
    }
  }

  #writeTrailers(trailers: HeaderMap): void {
    if (this.#over) return;
    this.responseTrailers = trailers;
    this.#codec.writeTrailers(trailers);
    this.#complete();
  }

  /** The response is out. HTTP/2 lets a server finish first; it then says that it wants no more (RFC 9113, section 8.1). */
  #complete(): void {
    if (!this.info.requestComplete) this.#codec.refuseRest();
    this.#finish();
  }

  #resetClient(): void {
    this.#config.stats.rqTxReset.inc();
    this.#codec.reset();
    this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timers.stop();
    this.#request.stop();
    this.#response.stop();
    this.info.duration = Date.now() - this.info.startTime;
    this.#config.stats.rqActive.dec();
    this.#config.stats.rqTime.record(this.info.duration);
    this.#terminal.onDestroy();
    this.#onOver();
    // A filter may be in the middle of the call that ended the stream: it is let out first, as Envoy does.
    queueMicrotask(() => this.#destroyFilters());
  }

  #destroyFilters(): void {
    const { requestHeaders, responseHeaders, responseTrailers } = this;
    for (const filter of this.#filters) filter.onLog?.({ requestHeaders, responseHeaders, responseTrailers });
    this.#span?.finish(this.formatContext());
    if (this.#config.accessLogs.length > 0) {
      const context = this.formatContext();
      for (const log of this.#config.accessLogs) log(context);
    }
    for (const filter of this.#filters) filter.onDestroy?.();
  }
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}

/** The IP of `ip:port`. */
export function ipOf(address: string): string {
  const colon = address.lastIndexOf(":");
  return (colon < 0 ? address : address.slice(0, colon)).replace(/^\[|\]$/g, "");
}

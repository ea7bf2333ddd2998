import type { ByteQueue } from "../../bytes/index.js";
import type { Connection, StreamInfo } from "../../network/index.js";
import type { FilterMetadata } from "../../upstream/index.js";
import type { HttpFilter, LocalReply, Pipeline } from "../chain/index.js";
import type { HeaderMap } from "../headers/index.js";
import type { FormatContext, Route, RouteTable } from "../routes/index.js";
import type { StartSpan } from "../tracing/index.js";
import type { RequestHeaderOptions } from "./request-headers.js";
import type { ResponseHeaderOptions } from "./response-headers.js";
import type { HttpStats } from "./stats.js";

/** What is known about a request beside what is known about any stream. */
export interface HttpStreamInfo extends StreamInfo {
  responseCode?: number | undefined;
  /** Why the answer is what it is: `via_upstream`, `route_not_found`, … */
  responseCodeDetails?: string | undefined;
  bytesReceived: number;
  bytesSent: number;
  requestComplete: boolean;
  /** Milliseconds that the request took; set when it is over. */
  duration?: number | undefined;
}

/** A request as its filters see it. */
export interface StreamContext {
  readonly connection: Connection;
  readonly info: HttpStreamInfo;
  /** `HTTP/1.1` or `HTTP/2`. */
  readonly protocol: string;
  readonly requestHeaders: HeaderMap;
  readonly responseHeaders: HeaderMap | undefined;
  readonly responseTrailers: HeaderMap | undefined;
  /** Bytes that may be kept of each body. */
  readonly bufferLimit: number;
  /** The route, found at first need and kept; the table is the one that was current when the stream began. */
  route(): Route | undefined;
  /** The route found last, though it may have to be found anew: what properties tell of it. */
  lastRoute(): Route | undefined;
  clearRouteCache(): void;
  /** Answers instead of the upstream; once the response is on its way the stream is reset instead. */
  sendLocalReply(reply: LocalReply): void;
  reset(details: string): void;
  formatContext(): FormatContext;
  /** The directions of the chain, in which filters take up again what they stopped. */
  readonly requestPipeline: Pipeline;
  readonly responsePipeline: Pipeline;
}

/** What the router, at the chain's end, does with a stream. */
export interface RouterHost extends StreamContext {
  /** A random number of the stream, the same for its whole life: a non-negative integer. */
  readonly random: number;
  readonly responseStarted: boolean;
  /** Has the request say that its span is the parent of what comes. */
  injectSpan(): void;
  respondHeaders(headers: HeaderMap, endStream: boolean): void;
  respondData(data: ByteQueue, endStream: boolean): void;
  respondTrailers(trailers: HeaderMap): void;
  pauseRequest(): void;
  resumeRequest(): void;
}

/** The client's side of one stream, in whichever HTTP version. */
export interface CodecStream {
  readonly protocol: string;
  writeHeaders(headers: HeaderMap, endStream: boolean): void;
  /** False asks to wait for the handler's `onDrain`. */
  writeData(bytes: Uint8Array, endStream: boolean): boolean;
  writeTrailers(trailers: HeaderMap): void;
  /** Ends the stream with an error. */
  reset(): void;
  /** The response is complete while the request is not: take no more of it. */
  refuseRest(): void;
  pause(): void;
  resume(): void;
}

/** The client gave the stream up; the connection is gone; or the response cannot be written in this HTTP version. */
export type StreamResetReason = "remote-reset" | "connection-closed" | "codec-error";

/** What the codec tells about a stream after its headers. */
export interface CodecStreamHandler {
  onData(bytes: Uint8Array, endStream: boolean): void;
  onTrailers(trailers: HeaderMap): void;
  /** The stream is gone. */
  onReset(reason: StreamResetReason): void;
  onDrain(): void;
}

/** The end of the request's chain. */
export interface TerminalFilter {
  headers(headers: HeaderMap, endStream: boolean): void;
  data(data: ByteQueue, endStream: boolean): void;
  trailers(trailers: HeaderMap): void;
  /** Flow control of the response. */
  pauseResponse(): void;
  resumeResponse(): void;
  /** The stream is over; what is still under way upstream is given up. */
  onDestroy(): void;
}

/** What all streams of a connection manager share. */
export interface StreamConfig {
  readonly stats: HttpStats;
  readonly request: RequestHeaderOptions;
  readonly response: ResponseHeaderOptions;
  /** Milliseconds; 0 is none. */
  readonly idleTimeout: number;
  readonly maxStreamDuration: number;
  /** What access logs write when a request is over. */
  readonly accessLogs: readonly ((context: FormatContext) => void)[];
  /** Begins a request's span; undefined: there is no tracer. */
  readonly startSpan: StartSpan | undefined;
  routes(): RouteTable | undefined;
  /** The metadata of a cluster that is there. */
  clusterMetadata(name: string): FilterMetadata | undefined;
  filters(stream: StreamContext): readonly HttpFilter[];
  terminal(stream: RouterHost): TerminalFilter;
}

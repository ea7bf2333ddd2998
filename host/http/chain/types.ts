import type { ByteQueue } from "../../bytes/index.js";
import type { DataStatus, HeadersStatus, HttpLog, TrailersStatus } from "../../vm/index.js";
import type { HeaderMap } from "../headers/index.js";

/** One direction of a filter: what it says to the parts of a message as they pass. */
export interface Stage {
  headers(headers: HeaderMap, endStream: boolean): HeadersStatus;
  /** The filter may change the queue in place. After StopIterationAndBuffer it holds everything kept so far. */
  data(data: ByteQueue, endStream: boolean): DataStatus;
  trailers(trailers: HeaderMap): TrailersStatus;
}

/** An HTTP filter of one stream. A direction that it leaves out passes by. */
export interface HttpFilter {
  readonly request?: Stage | undefined;
  readonly response?: Stage | undefined;
  /** The stream's access log moment. */
  onLog?(log: HttpLog): void;
  /** The stream is gone; called once. */
  onDestroy?(): void;
}

/** Where a direction ends: the router for requests, the client's codec for responses. */
export interface Sink {
  headers(headers: HeaderMap, endStream: boolean): void;
  data(data: ByteQueue, endStream: boolean): void;
  trailers(trailers: HeaderMap): void;
}

/** What a pipeline asks of its stream. */
export interface PipelineOwner {
  /** Bytes that a filter may keep. */
  readonly bufferLimit: number;
  /** A filter that buffers was given more than the limit. */
  tooLarge(): void;
  /** Stop and restart the source; calls come in pairs. */
  pause(): void;
  resume(): void;
}

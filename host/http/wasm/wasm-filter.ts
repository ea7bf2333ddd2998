import type { ListenerInfo } from "../../network/index.js";
import {
  type ByteBuffer,
  type FilterState,
  type HttpHost,
  type HttpLog,
  type HttpStream,
  type LocalResponse,
  type Plugin,
  type PropertyValue,
  StreamType,
  TrailersStatus,
} from "../../vm/index.js";
import type { HttpFilter, Stage } from "../chain/index.js";
import { HeaderMap } from "../headers/index.js";
import type { StreamContext } from "../stream/index.js";
import { streamFilterState } from "./filter-state.js";
import { streamProperty } from "./properties.js";

/** Puts a plugin into a stream's chain; undefined where its VM is dead and the policy lets the stream pass. */
export function wasmFilter(plugin: Plugin, stream: StreamContext, listener: ListenerInfo): HttpFilter | undefined {
  const filter = new WasmFilter(stream, listener);
  const context = plugin.httpStream(filter);
  if (!context) return undefined;
  filter.attach(context);
  return filter;
}

/** The seam between a filter chain and a context in a VM. */
class WasmFilter implements HttpFilter, HttpHost {
  readonly filterState: FilterState;
  request: Stage | undefined;
  response: Stage | undefined;
  readonly #stream: StreamContext;
  readonly #listener: ListenerInfo;
  #context: HttpStream | undefined;
  #failed = false;

  constructor(stream: StreamContext, listener: ListenerInfo) {
    this.#stream = stream;
    this.#listener = listener;
    this.filterState = streamFilterState(stream);
  }

  attach(context: HttpStream): void {
    this.#context = context;
    this.request = {
      headers: (headers, endStream) => context.onRequestHeaders(headers, endStream),
      data: (data, endStream) => context.onRequestBody(data, endStream),
      trailers: (trailers) => this.#orFailed(context.onRequestTrailers(trailers)),
    };
    this.response = {
      headers: (headers, endStream) => context.onResponseHeaders(headers, endStream),
      data: (data, endStream) => context.onResponseBody(data, endStream),
      trailers: (trailers) => this.#orFailed(context.onResponseTrailers(trailers)),
    };
  }

  onLog(log: HttpLog): void {
    this.#context?.onLog(log);
  }

  onDestroy(): void {
    this.#context?.destroy();
  }

  property(name: string): PropertyValue | undefined {
    return streamProperty(name, this.#stream, this.#listener);
  }

  fail(): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#stream.sendLocalReply({ status: 503, details: "wasm_fail_stream" });
  }

  sendLocalResponse(response: LocalResponse): void {
    this.#stream.sendLocalReply({
      status: response.status,
      details: response.details,
      body: response.body,
      headers: response.headers,
      grpcStatus: response.grpcStatus,
    });
  }

  continueStream(type: StreamType.HttpRequest | StreamType.HttpResponse): void {
    this.#slot(type)?.resume();
  }

  closeStream(_type: StreamType.HttpRequest | StreamType.HttpResponse): void {
    this.#stream.reset("wasm_close_stream");
  }

  requestChanged(): void {
    this.#stream.clearRouteCache();
  }

  clearRouteCache(): void {
    this.#stream.clearRouteCache();
  }

  bufferedBody(type: StreamType.HttpRequest | StreamType.HttpResponse): ByteBuffer | undefined {
    return this.#slot(type)?.held;
  }

  addTrailers(type: StreamType.HttpRequest | StreamType.HttpResponse): HeaderMap | undefined {
    return this.#slot(type)?.addTrailers(() => new HeaderMap());
  }

  #slot(type: StreamType) {
    return type === StreamType.HttpRequest
      ? this.#stream.requestPipeline.slot(this.request)
      : this.#stream.responsePipeline.slot(this.response);
  }

  #orFailed(status: TrailersStatus): TrailersStatus {
    return this.#failed ? TrailersStatus.StopIteration : status;
  }
}

import { BufferType, DataStatus, HeadersStatus, MapType, Status, StreamType, TrailersStatus } from "../abi.js";
import type { ReadableBuffer, ReadableMap } from "../context.js";
import type { ByteBuffer, HeaderMap } from "../data.js";
import { AbiVersion } from "../module/index.js";
import type { HttpHost, HttpLog, HttpStream, LocalResponse } from "../types.js";
import type { Vm } from "../vm.js";
import { HttpMessage } from "./http-message.js";
import type { MessageMaps } from "./message-properties.js";
import type { RootContext } from "./root.js";
import { StreamContext, type StreamPolicy } from "./stream.js";

const HEADERS = {
  highest: HeadersStatus.StopAllIterationAndWatermark,
  stop: HeadersStatus.StopAllIterationAndWatermark,
};
const DATA = { highest: DataStatus.StopIterationNoBuffer, stop: DataStatus.StopIterationNoBuffer };
const TRAILERS = { highest: TrailersStatus.StopIteration, stop: TrailersStatus.StopIteration };

/** An HTTP stream in the VM. */
export class HttpContext extends StreamContext implements HttpStream {
  readonly #request: HttpMessage;
  readonly #response: HttpMessage;
  #log: HttpLog | undefined;
  #logged = false;

  constructor(
    vm: Vm,
    root: RootContext,
    private readonly chain: HttpHost,
    policy: StreamPolicy,
    private readonly mayStopHeaders: boolean,
  ) {
    super(vm, root, chain, policy);
    this.#request = new HttpMessage(chain, StreamType.HttpRequest);
    this.#response = new HttpMessage(chain, StreamType.HttpResponse);
  }

  onRequestHeaders(headers: HeaderMap, endOfStream: boolean): HeadersStatus {
    this.create();
    return this.#onHeaders(this.#request, headers, endOfStream);
  }

  onRequestBody(data: ByteBuffer, endOfStream: boolean): DataStatus {
    return this.created ? this.#onBody(this.#request, data, endOfStream) : DataStatus.Continue;
  }

  onRequestTrailers(trailers: HeaderMap): TrailersStatus {
    return this.created ? this.#onTrailers(this.#request, trailers) : TrailersStatus.Continue;
  }

  onResponseHeaders(headers: HeaderMap, endOfStream: boolean): HeadersStatus {
    return this.#silent ? HeadersStatus.Continue : this.#onHeaders(this.#response, headers, endOfStream);
  }

  onResponseBody(data: ByteBuffer, endOfStream: boolean): DataStatus {
    return this.#silent ? DataStatus.Continue : this.#onBody(this.#response, data, endOfStream);
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    return this.#silent ? TrailersStatus.Continue : this.#onTrailers(this.#response, trailers);
  }

  onLog(log: HttpLog): void {
    if (this.ended || this.#logged) return;
    // A stream that ended before its headers reached the filter is logged all the same.
    this.create();
    this.#logged = true;
    this.#log = log;
    this.vm.callback(this, this.vm.callbacks.log, 0, this.id);
    this.#log = undefined;
  }

  destroy(): void {
    if (this.ended) return;
    if (this.created) this.onLog({});
    this.ended = true;
    if (!this.created) {
      this.forget();
      return;
    }
    this.vm.callback(this, this.vm.callbacks.done, 1, this.id);
    this.remove();
    this.#request.clear();
    this.#response.clear();
  }

  override get logging(): boolean {
    return this.#log !== undefined;
  }

  override writableMap(type: MapType): HeaderMap | undefined {
    if (type === MapType.HttpRequestHeaders) return this.#request.headers;
    if (type === MapType.HttpResponseHeaders) return this.#response.headers;
    if (type === MapType.HttpRequestTrailers) return this.#request.trailersToWrite();
    if (type === MapType.HttpResponseTrailers) return this.#response.trailersToWrite();
    return undefined;
  }

  override readableMap(type: MapType): ReadableMap | undefined {
    const log = this.#log;
    if (type === MapType.HttpRequestHeaders) return log ? log.requestHeaders : this.#request.headers;
    if (type === MapType.HttpResponseHeaders) return log ? log.responseHeaders : this.#response.headers;
    if (type === MapType.HttpRequestTrailers) return log ? undefined : this.#request.trailers;
    if (type === MapType.HttpResponseTrailers) return log ? log.responseTrailers : this.#response.trailers;
    return super.readableMap(type);
  }

  override buffer(type: BufferType): ReadableBuffer | undefined {
    if (type === BufferType.HttpRequestBody) return this.#request.body() ?? "empty";
    if (type === BufferType.HttpResponseBody) return this.#response.body() ?? "empty";
    return super.buffer(type);
  }

  override continueStream(type: StreamType): Status {
    if (type === StreamType.Upstream) return Status.Unimplemented;
    if (type === StreamType.Downstream) return Status.Ok;
    this.#later(() => this.chain.continueStream(type));
    // Whichever direction goes on, Envoy lets go of the request.
    this.#request.clear();
    return Status.Ok;
  }

  override closeStream(type: StreamType): Status {
    if (type === StreamType.HttpRequest || type === StreamType.HttpResponse) {
      this.#later(() => this.chain.closeStream(type));
    }
    return Status.Ok;
  }

  override sendLocalResponse(response: LocalResponse): void {
    this.vm.stopped = true;
    this.#later(() => this.chain.sendLocalResponse(response));
  }

  override headersChanged(type: MapType): void {
    if (type === MapType.HttpRequestHeaders) this.chain.requestChanged();
  }

  override clearRouteCache(): void {
    this.chain.clearRouteCache();
  }

  protected override maps(): MessageMaps {
    const log = this.#log;
    return {
      requestHeaders: this.#request.headers ?? log?.requestHeaders,
      responseHeaders: this.#response.headers ?? log?.responseHeaders,
      responseTrailers: this.#response.trailers ?? log?.responseTrailers,
    };
  }

  /** The response of a stream that the VM never saw, or lost, is none of its business. */
  get #silent(): boolean {
    return !this.created || this.failed || this.ended;
  }

  #onHeaders(message: HttpMessage, headers: HeaderMap, endOfStream: boolean): HeadersStatus {
    const { callbacks, abi } = this.vm;
    message.headers = headers;
    message.endOfStream = endOfStream;
    const call = message === this.#request ? callbacks.requestHeaders : callbacks.responseHeaders;
    const flag = abi === AbiVersion.V0_1_0 ? 0 : Number(endOfStream);
    let status: HeadersStatus = this.run(call, HEADERS, headers.size, flag);
    if (status === HeadersStatus.StopIteration && !this.mayStopHeaders) {
      status = HeadersStatus.StopAllIterationAndWatermark;
    }
    // Envoy's filter does not know how to end a stream here: it goes on.
    if (status === HeadersStatus.ContinueAndEndStream) status = HeadersStatus.Continue;
    if (status === HeadersStatus.Continue) message.headers = undefined;
    return status;
  }

  #onBody(message: HttpMessage, data: ByteBuffer, endOfStream: boolean): DataStatus {
    const { callbacks } = this.vm;
    message.data = data;
    message.buffering = false;
    message.endOfStream = endOfStream;
    const call = message === this.#request ? callbacks.requestBody : callbacks.responseBody;
    const status: DataStatus = this.run(call, DATA, data.length, Number(endOfStream));
    message.buffering = status === DataStatus.StopIterationAndBuffer;
    if (status === DataStatus.Continue) message.data = undefined;
    return status;
  }

  #onTrailers(message: HttpMessage, trailers: HeaderMap): TrailersStatus {
    const { callbacks } = this.vm;
    message.trailers = trailers;
    const call = message === this.#request ? callbacks.requestTrailers : callbacks.responseTrailers;
    const status: TrailersStatus = this.run(call, TRAILERS, trailers.size);
    if (status === TrailersStatus.Continue) message.trailers = undefined;
    return status;
  }

  #later(action: () => void): void {
    this.vm.afterCall(() => {
      if (!this.ended) action();
    });
  }
}

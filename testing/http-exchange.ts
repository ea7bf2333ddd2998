import { ByteQueue } from "../host/bytes/index.js";
import { type LocalReply, Pipeline, writeLocalReply } from "../host/http/chain/index.js";
import { HeaderMap, type HeaderPair } from "../host/http/headers/index.js";
import type { HttpStream, LocalResponse, Plugin } from "../host/vm/index.js";
import { type BytesInit, toBytes } from "./bytes.js";
import type { TestFilterState } from "./filter-state.js";
import { type HeadersInit, toHeaders, withDefaults } from "./headers.js";
import { stagesOf, TestHttpHost } from "./http-host.js";
import { Message } from "./message.js";
import type { Properties } from "./properties.js";

/** Where an exchange stands, and how its chain is. */
export interface HttpOptions {
  /** As `{ xds: { route_name: "a" }, connection: { id: 7 } }`. */
  readonly properties?: Properties;
  /** Bytes that a filter may keep of a body; more is 413 or 500, as in Envoy. Default 1 MiB. */
  readonly bufferLimit?: number;
}

/** The parts of a whole message. */
export interface Parts {
  readonly body?: BytesInit;
  readonly trailers?: HeadersInit;
}

const BUFFER_LIMIT = 1 << 20;
const REQUEST: readonly HeaderPair[] = [
  [":method", "GET"],
  [":path", "/"],
  [":scheme", "http"],
  [":authority", "test"],
];

/**
 * One HTTP request and its response through a filter chain that has the module as its only filter: the host's own chain,
 * which stops, keeps and shows again as Envoy's does.
 */
export class HttpExchange {
  /** What has passed the module. */
  readonly upstream = new Message("upstream");
  readonly client = new Message("client");
  /** Modules see what these are at the moment. */
  readonly properties: Properties;
  readonly #host: TestHttpHost;
  readonly #stream: HttpStream | undefined;
  readonly #request: Pipeline;
  readonly #response: Pipeline;
  #requestHeaders = new HeaderMap();
  #requestState: "none" | "begun" | "ended" = "none";
  #responseState: "none" | "begun" | "ended" = "none";
  #localReply: LocalResponse | undefined;
  #reset = false;
  #pauses = 0;

  constructor(plugin: Plugin, options: HttpOptions = {}) {
    this.properties = options.properties ?? {};
    this.#host = new TestHttpHost(this.properties, {
      reply: (response) => this.#onLocalResponse(response),
      fail: () => this.#answer({ status: 503, details: "wasm_fail_stream" }),
      reset: () => this.#abort(),
    });
    this.#stream = plugin.httpStream(this.#host);
    const stages = this.#stream && stagesOf(this.#stream);
    const bufferLimit = options.bufferLimit ?? BUFFER_LIMIT;
    this.#request = new Pipeline(stages ? [stages.request] : [], this.upstream, this.#owner(bufferLimit, 413));
    this.#response = new Pipeline(stages ? [stages.response] : [], this.client, this.#owner(bufferLimit, 500));
    if (!stages) return;
    this.#host.request = { pipeline: this.#request, stage: stages.request };
    this.#host.response = { pipeline: this.#response, stage: stages.response };
  }

  /** Sends a whole request; what it does not say is `GET http://test/`. */
  request(headers: HeadersInit = {}, parts: Parts = {}): this {
    return this.#whole(parts, {
      headers: (end) => this.requestHeaders(headers, end),
      body: (bytes, end) => this.requestBody(bytes, end),
      trailers: (trailers) => this.requestTrailers(trailers),
    });
  }

  /** The client's headers come. */
  requestHeaders(headers: HeadersInit = {}, endStream = false): this {
    if (this.#requestState !== "none") throw new Error("the request has begun already");
    this.#requestState = endStream ? "ended" : "begun";
    this.#requestHeaders = withDefaults(toHeaders(headers), REQUEST);
    this.#request.headers(this.#requestHeaders, endStream);
    return this;
  }

  /** More of the client's body comes. */
  requestBody(bytes: BytesInit, endStream = false): this {
    this.#mustBeOpen("request", this.#requestState);
    if (endStream) this.#requestState = "ended";
    this.#request.data(queueOf(bytes), endStream);
    return this;
  }

  /** The client's trailers come, and end the request. */
  requestTrailers(trailers: HeadersInit): this {
    this.#mustBeOpen("request", this.#requestState);
    this.#requestState = "ended";
    this.#request.trailers(toHeaders(trailers));
    return this;
  }

  /** The upstream answers with a whole response; the status is 200 unless `:status` says otherwise. */
  respond(headers: HeadersInit = {}, parts: Parts = {}): this {
    return this.#whole(parts, {
      headers: (end) => this.responseHeaders(headers, end),
      body: (bytes, end) => this.responseBody(bytes, end),
      trailers: (trailers) => this.responseTrailers(trailers),
    });
  }

  /** The upstream's headers come. */
  responseHeaders(headers: HeadersInit = {}, endStream = false): this {
    if (this.#responseState !== "none") throw new Error("the response has begun already, or the module has replied");
    this.#responseState = endStream ? "ended" : "begun";
    this.#response.headers(withDefaults(toHeaders(headers), [[":status", "200"]]), endStream);
    return this;
  }

  /** More of the upstream's body comes. */
  responseBody(bytes: BytesInit, endStream = false): this {
    this.#mustBeOpen("response", this.#responseState);
    if (endStream) this.#responseState = "ended";
    this.#response.data(queueOf(bytes), endStream);
    return this;
  }

  /** The upstream's trailers come, and end the response. */
  responseTrailers(trailers: HeadersInit): this {
    this.#mustBeOpen("response", this.#responseState);
    this.#responseState = "ended";
    this.#response.trailers(toHeaders(trailers));
    return this;
  }

  /** The stream is over: the module's on_log, on_done and on_delete. */
  end(): this {
    this.#stop();
    this.#stream?.onLog({
      requestHeaders: this.#requestHeaders,
      responseHeaders: this.client.headerMap,
      responseTrailers: this.client.trailerMap,
    });
    this.#stream?.destroy();
    return this;
  }

  /** The module's own answer, where it gave one. */
  get localReply(): LocalResponse | undefined {
    return this.#localReply;
  }

  /** Was the stream reset? */
  get reset(): boolean {
    return this.#reset;
  }

  /** The direction has begun and its headers wait in the module. */
  isPaused(direction: "request" | "response"): boolean {
    if (this.#reset) return false;
    if (direction === "response") return this.#responseState !== "none" && !this.client.arrived;
    return this.#requestState !== "none" && !this.#request.over && !this.upstream.arrived;
  }

  /** Is reading stopped because the module keeps more than the limit? */
  get readStopped(): boolean {
    return this.#pauses > 0;
  }

  /** What the module asked of the chain, in words and in order. */
  get asked(): readonly string[] {
    return this.#host.asked;
  }

  /** The stream's filter state, as modules have set it. */
  get filterState(): TestFilterState {
    return this.#host.filterState;
  }

  /** Lines to compare. */
  toString(): string {
    const { localReply } = this;
    const lines = [String(this.upstream), String(this.client)];
    if (localReply) lines.push(`a local reply: ${localReply.status} ${localReply.details}`.trimEnd());
    if (this.#host.asked.length > 0) lines.push(`asked to: ${this.#host.asked.join("; ")}`);
    for (const direction of ["request", "response"] as const) {
      if (this.isPaused(direction)) lines.push(`the ${direction} is paused`);
    }
    if (this.#reset) lines.push("the stream is reset");
    return lines.join("\n");
  }

  #whole(
    { body, trailers }: Parts,
    send: {
      readonly headers: (end: boolean) => void;
      readonly body: (bytes: BytesInit, end: boolean) => void;
      readonly trailers: (trailers: HeadersInit) => void;
    },
  ): this {
    send.headers(body === undefined && trailers === undefined);
    if (body !== undefined) send.body(body, trailers === undefined);
    if (trailers !== undefined) send.trailers(trailers);
    return this;
  }

  #onLocalResponse(response: LocalResponse): void {
    this.#localReply ??= response;
    const { status, details, body, headers, grpcStatus } = response;
    this.#answer({ status, details, body, headers, grpcStatus });
  }

  /** As the host's stream does it: through the filter, unless a response has begun; then past it, or never. */
  #answer(reply: LocalReply): void {
    this.#request.stop();
    if (this.client.arrived) {
      this.#abort();
      return;
    }
    const begun = this.#responseState !== "none";
    if (begun) this.#response.stop();
    this.#responseState = "ended";
    const { headers, body } = writeLocalReply(reply, this.#requestHeaders);
    const target = begun ? this.client : this.#response;
    target.headers(headers, body.length === 0);
    if (body.length > 0) target.data(queueOf(body), true);
  }

  #abort(): void {
    this.#reset = true;
    this.#stop();
  }

  #stop(): void {
    this.#request.stop();
    this.#response.stop();
  }

  #owner(bufferLimit: number, status: 413 | 500) {
    const details = status === 413 ? "request_payload_too_large" : "response_payload_too_large";
    const body = status === 413 ? "Payload Too Large" : "Internal Server Error";
    return {
      bufferLimit,
      tooLarge: () => this.#answer({ status, details, body }),
      pause: () => void this.#pauses++,
      resume: () => void this.#pauses--,
    };
  }

  #mustBeOpen(what: string, state: "none" | "begun" | "ended"): void {
    if (state === "none") throw new Error(`the ${what} has no headers yet`);
    if (state === "ended") throw new Error(`the ${what} has ended already`);
  }
}

function queueOf(init: BytesInit): ByteQueue {
  const queue = new ByteQueue();
  queue.append(toBytes(init));
  return queue;
}

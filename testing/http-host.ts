import type { Pipeline, Stage } from "../host/http/chain/index.js";
import { HeaderMap } from "../host/http/headers/index.js";
import {
  type ByteBuffer,
  type HttpHost,
  type HttpStream,
  type LocalResponse,
  type PropertyValue,
  StreamType,
} from "../host/vm/index.js";
import { TestFilterState } from "./filter-state.js";
import { type Properties, topLevel } from "./properties.js";

/** What becomes of the stream when the module, or its end, acts on it. */
export interface HttpActions {
  reply(response: LocalResponse): void;
  fail(): void;
  reset(): void;
}

/** One filter's two stages: a stream of the module. */
export interface Stages {
  readonly request: Stage;
  readonly response: Stage;
}

/** The stages that lead into a module's stream. */
export function stagesOf(stream: HttpStream): Stages {
  return {
    request: {
      headers: (headers, endStream) => stream.onRequestHeaders(headers, endStream),
      data: (data, endStream) => stream.onRequestBody(data, endStream),
      trailers: (trailers) => stream.onRequestTrailers(trailers),
    },
    response: {
      headers: (headers, endStream) => stream.onResponseHeaders(headers, endStream),
      data: (data, endStream) => stream.onResponseBody(data, endStream),
      trailers: (trailers) => stream.onResponseTrailers(trailers),
    },
  };
}

/** What a module's stream asks of its chain: it is noted, and done. */
export class TestHttpHost implements HttpHost {
  readonly filterState = new TestFilterState();
  /** In words, in the order in which it was asked. */
  readonly asked: string[] = [];
  request: { readonly pipeline: Pipeline; readonly stage: Stage } | undefined;
  response: { readonly pipeline: Pipeline; readonly stage: Stage } | undefined;

  constructor(
    private readonly properties: Properties,
    private readonly actions: HttpActions,
  ) {}

  property(name: string): PropertyValue | undefined {
    return topLevel(this.properties, name);
  }

  fail(): void {
    this.asked.push("fail, for the VM is dead");
    this.actions.fail();
  }

  sendLocalResponse(response: LocalResponse): void {
    this.asked.push(`reply ${response.status}`);
    this.actions.reply(response);
  }

  continueStream(type: StreamType.HttpRequest | StreamType.HttpResponse): void {
    this.asked.push(`continue the ${nameOf(type)}`);
    this.#slot(type)?.resume();
  }

  closeStream(): void {
    this.asked.push("close the stream");
    this.actions.reset();
  }

  /** There are no routes here. */
  requestChanged(): void {}

  clearRouteCache(): void {
    this.asked.push("clear the route cache");
  }

  bufferedBody(type: StreamType.HttpRequest | StreamType.HttpResponse): ByteBuffer | undefined {
    return this.#slot(type)?.held;
  }

  addTrailers(type: StreamType.HttpRequest | StreamType.HttpResponse): HeaderMap | undefined {
    return this.#slot(type)?.addTrailers(() => new HeaderMap());
  }

  #slot(type: StreamType) {
    const direction = type === StreamType.HttpRequest ? this.request : this.response;
    return direction?.pipeline.slot(direction.stage);
  }
}

function nameOf(type: StreamType): string {
  return type === StreamType.HttpRequest ? "request" : "response";
}

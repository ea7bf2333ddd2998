import type { ByteQueue } from "../host/bytes/index.js";
import type { Sink } from "../host/http/chain/index.js";
import type { HeaderMap } from "../host/http/headers/index.js";
import { show } from "./bytes.js";

/** What has come out at one end of a filter chain: to the upstream, or to the client. */
export class Message implements Sink {
  #headers: HeaderMap | undefined;
  #trailers: HeaderMap | undefined;
  #complete = false;
  readonly #body: Uint8Array[] = [];

  constructor(private readonly to: "upstream" | "client") {}

  /** Undefined until they have come. @see arrived */
  get headerMap(): HeaderMap | undefined {
    return this.#headers;
  }

  /** The first value of a header; undefined where it is absent, or no headers have come. */
  header(name: string): string | undefined {
    return this.#headers?.get(name.toLowerCase());
  }

  /** The `:status` of a response. */
  get status(): number | undefined {
    const status = this.header(":status");
    return status === undefined ? undefined : Number(status);
  }

  /** Have its headers come? */
  get arrived(): boolean {
    return this.#headers !== undefined;
  }

  /** Has the end of stream come? */
  get complete(): boolean {
    return this.#complete;
  }

  /** What has come of the body. */
  get body(): Buffer {
    return Buffer.concat(this.#body);
  }

  /** The body as UTF-8. */
  get text(): string {
    return this.body.toString("utf8");
  }

  /** Undefined until they have come. */
  get trailerMap(): HeaderMap | undefined {
    return this.#trailers;
  }

  /** For the chain. */
  headers(headers: HeaderMap, endStream: boolean): void {
    this.#headers = headers.clone();
    this.#complete = endStream;
  }

  /** For the chain. */
  data(data: ByteQueue, endStream: boolean): void {
    this.#body.push(...data.takeChunks());
    this.#complete ||= endStream;
  }

  /** For the chain. */
  trailers(trailers: HeaderMap): void {
    this.#trailers = trailers.clone();
    this.#complete = true;
  }

  /** Lines to compare: headers in their order, body, trailers. */
  toString(): string {
    if (!this.#headers) return `to the ${this.to}: nothing`;
    const { body } = this;
    const lines = [
      `to the ${this.to}${this.#complete ? "" : ", not at its end"}:`,
      ...fields(this.#headers),
      ...(body.length > 0 ? [`  body of ${show(body)}`] : []),
      ...(this.#trailers ? ["  trailers:", ...fields(this.#trailers).map((line) => `  ${line}`)] : []),
    ];
    return lines.join("\n");
  }
}

function fields(headers: HeaderMap): string[] {
  return [...headers].map(([name, value]) => `  ${name}: ${value}`);
}

import type { HeaderMap } from "../host/http/headers/index.js";
import type { HttpCall, HttpCaller, HttpCallResponse } from "../host/vm/index.js";
import { type BytesInit, show, toBytes } from "./bytes.js";
import type { FakeClock } from "./clock.js";
import { type HeadersInit, toHeaders } from "./headers.js";

/** An answer to a callout. */
export interface CalloutAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: HeadersInit;
  readonly body?: BytesInit;
  readonly trailers?: HeadersInit;
}

type Done = (response: HttpCallResponse | undefined) => void;

/** An HTTP request that a module made, and what became of it. */
export class HttpCallout {
  readonly cluster: string;
  readonly headers: HeaderMap;
  readonly body: Buffer;
  readonly trailers: HeaderMap;
  /** Undefined: no deadline. */
  readonly timeoutMs: number | undefined;
  #state: "waiting" | "answered" | "reset" | "cancelled" = "waiting";
  readonly #done: Done;
  readonly #stopTimer: () => void;

  constructor(call: HttpCall, done: Done, clock: FakeClock) {
    this.cluster = call.cluster;
    this.headers = toHeaders(call.headers);
    this.body = Buffer.from(call.body);
    this.trailers = toHeaders(call.trailers);
    this.timeoutMs = call.timeoutMs;
    this.#done = done;
    const timedOut = () => this.#finish("answered", response({ status: 504, body: "upstream request timeout" }));
    this.#stopTimer = call.timeoutMs === undefined ? () => undefined : clock.after(call.timeoutMs, timedOut);
  }

  /** Cancelled: its VM or its root has ended. */
  get state() {
    return this.#state;
  }

  /** Answers it; the module has been told when this returns. */
  respond(answer: CalloutAnswer = {}): void {
    this.#mustWait();
    this.#finish("answered", response(answer));
  }

  /** The connection breaks: the module is told of no headers, and get_status says why. */
  reset(): void {
    this.#mustWait();
    this.#finish("reset", undefined);
  }

  /** For the host: nobody waits for it any more. */
  cancel(): void {
    if (this.#state === "waiting") this.#state = "cancelled";
    this.#stopTimer();
  }

  /** Method, cluster, path and body, in a line. */
  toString(): string {
    const body = this.body.length > 0 ? `, ${show(this.body)}` : "";
    const [method, path] = [this.headers.get(":method"), this.headers.get(":path")];
    return `callout to ${this.cluster}: ${method} ${path}${body} (${this.#state})`;
  }

  #mustWait(): void {
    if (this.#state !== "waiting") throw new Error(`this ${this} waits for nothing`);
  }

  #finish(state: "answered" | "reset", given: HttpCallResponse | undefined): void {
    this.#stopTimer();
    this.#state = state;
    this.#done(given);
  }
}

/** The callouts of all modules of a test host. */
export class HttpCallouts implements HttpCaller {
  /** In the order in which they were made. */
  readonly all: HttpCallout[] = [];

  /** @param clusters those that there are; undefined: any */
  constructor(
    private readonly clusters: ReadonlySet<string> | undefined,
    private readonly clock: FakeClock,
  ) {}

  /** Those that wait for an answer, the oldest first. */
  get waiting(): readonly HttpCallout[] {
    return this.all.filter(({ state }) => state === "waiting");
  }

  /** The oldest that waits. @throws where none does */
  next(): HttpCallout {
    const [first] = this.waiting;
    if (first === undefined) throw new Error("no callout waits for an answer");
    return first;
  }

  /** May modules call this cluster? Any, where the host was told of none. */
  hasCluster(name: string): boolean {
    return this.clusters?.has(name) ?? true;
  }

  /** Makes one, as the host does for a module. The result cancels it. */
  send(call: HttpCall, done: Done): () => void {
    const made = new HttpCallout(call, done, this.clock);
    this.all.push(made);
    return () => made.cancel();
  }
}

function response({ status = 200, headers = {}, body = "", trailers }: CalloutAnswer): HttpCallResponse {
  const map = toHeaders(headers);
  if (!map.has(":status")) map.add(":status", String(status));
  return { headers: [...map], body: toBytes(body), ...(trailers && { trailers: [...toHeaders(trailers)] }) };
}

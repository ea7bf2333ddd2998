import { Status } from "../abi.js";
import type { Context } from "../context.js";
import type { Header } from "../data.js";
import type { HttpCall, HttpCallResponse } from "../services.js";
import { CallKind, type Vm } from "../vm.js";
import type { CallStatus } from "./call-status.js";

const NEEDED = [":path", ":method", ":authority"];
const NO_HEADERS: readonly Header[] = [];

/** http_call: requests of a root that wait for their response. */
export class HttpCalls {
  /** Readable in on_http_call_response only. */
  response: HttpCallResponse | undefined;
  readonly #waiting = new Map<number, () => void>();

  constructor(
    private readonly vm: Vm,
    private readonly root: Context,
    private readonly status: CallStatus,
  ) {}

  send(call: HttpCall): { status: Status; token: number } {
    const caller = this.vm.services.httpCall;
    const headers = call.headers.map(([name, value]) => [name === "host" ? ":authority" : name, value] as const);
    const complete = NEEDED.every((needed) => headers.some(([name]) => name === needed));
    if (!caller?.hasCluster(call.cluster) || !complete) return { status: Status.BadArgument, token: 0 };
    const token = this.vm.nextToken(CallKind.Http);
    // Even where the caller answers from within, against its contract, the token is known first.
    this.#waiting.set(token, () => {});
    const cancel = caller.send({ ...call, headers: withLength(headers, call.body.length) }, (response) => {
      this.#arrived(token, response);
    });
    if (cancel === undefined) {
      this.#waiting.delete(token);
      return { status: Status.InternalFailure, token: 0 };
    }
    if (this.#waiting.has(token)) this.#waiting.set(token, cancel);
    return { status: Status.Ok, token };
  }

  cancelAll(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const cancel of waiting) cancel();
  }

  #arrived(token: number, response: HttpCallResponse | undefined): void {
    if (this.vm.busy) {
      this.vm.afterCall(() => this.#arrived(token, response));
      return;
    }
    if (!this.#waiting.delete(token)) return;
    const call = this.vm.callbacks.httpCallResponse;
    if (!call || this.vm.failure !== undefined) return;
    if (!response) this.status.set(Status.BrokenConnection, "reset");
    this.response = response;
    const { headers = NO_HEADERS, body, trailers = NO_HEADERS } = response ?? {};
    this.vm.enter(this.root, call, this.root.id, token, headers.length, body?.length ?? 0, trailers.length);
    this.response = undefined;
    this.status.forgetMessage();
    this.vm.settle();
  }
}

function withLength(headers: readonly Header[], length: number): readonly Header[] {
  if (length === 0) return headers;
  return [...headers.filter(([name]) => name !== "content-length"), ["content-length", String(length)]];
}

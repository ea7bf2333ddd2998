import type { Cluster, FailureReason } from "../../upstream/index.js";
import type { HeaderMap } from "../headers/index.js";
import type { ForwardAction, RetryPolicy } from "../routes/index.js";

/** Why a try failed: a reset, a response, or the try's own timer. */
export type Failure =
  | { readonly kind: "reset"; readonly reason: FailureReason; readonly neverSent: boolean }
  | { readonly kind: "response"; readonly status: number; readonly headers: HeaderMap }
  | { readonly kind: "per-try-timeout" };

/** What becomes of a failed try. */
export type Verdict = "retry" | "not-retriable" | "limit-exceeded" | "overflow";

/** Retries under way by cluster: the circuit breaker's `max_retries` bounds them. */
const activeRetries = new WeakMap<Cluster, number>();

/** Decides over the retries of one request. */
export class RetryState {
  readonly #conditions: ReadonlySet<string>;
  readonly #policy: RetryPolicy | undefined;
  readonly #statusCodes: ReadonlySet<number>;
  readonly #cluster: Cluster;
  #left: number;
  #made = 0;
  #counted = false;

  /** Reads and takes off the request's own retry headers, which add to the route's policy. */
  constructor(action: ForwardAction, headers: HeaderMap, cluster: Cluster) {
    const policy = action.retry;
    const wanted = takeList(headers, "x-envoy-retry-on");
    const asked = takeList(headers, "x-envoy-max-retries")[0];
    const codes = takeList(headers, "x-envoy-retriable-status-codes").map(Number);
    const fits = policy === undefined || policy.requestHeaders.length === 0;
    const applies = fits || policy.requestHeaders.some((matches) => matches(headers));
    this.#policy = applies ? policy : undefined;
    this.#conditions = new Set([...(this.#policy?.on ?? []), ...wanted]);
    this.#statusCodes = new Set([...(this.#policy?.statusCodes ?? []), ...codes]);
    this.#left = /^\d{1,6}$/.test(asked ?? "") ? Number(asked) : (this.#policy?.numRetries ?? 1);
    this.#cluster = cluster;
  }

  /** Nothing can ever be retried: bodies need not be kept. */
  get idle(): boolean {
    return this.#conditions.size === 0;
  }

  get avoidPreviousHosts(): boolean {
    return this.#policy?.avoidPreviousHosts ?? false;
  }

  /** A try failed: shall there be another? Counts it where so. */
  judge(failure: Failure): Verdict {
    this.#release();
    if (this.idle || !this.#retriable(failure)) return "not-retriable";
    if (this.#left === 0) return "limit-exceeded";
    const active = activeRetries.get(this.#cluster) ?? 0;
    if (active >= this.#cluster.maxRetries) return "overflow";
    activeRetries.set(this.#cluster, active + 1);
    this.#counted = true;
    this.#left--;
    this.#made++;
    return "retry";
  }

  /** Milliseconds to wait before the next try: a random part of an interval that doubles. */
  backOff(): number {
    const base = this.#policy?.baseInterval ?? 25;
    const ceiling = Math.min(base * 2 ** this.#made - base, this.#policy?.maxInterval ?? 250);
    return Math.random() * ceiling;
  }

  /** The request is over. */
  finish(): void {
    this.#release();
  }

  #release(): void {
    if (!this.#counted) return;
    this.#counted = false;
    activeRetries.set(this.#cluster, (activeRetries.get(this.#cluster) ?? 1) - 1);
  }

  #retriable(failure: Failure): boolean {
    const on = this.#conditions;
    switch (failure.kind) {
      case "per-try-timeout":
        return on.has("5xx") || on.has("gateway-error") || on.has("reset");
      case "reset":
        if (failure.reason === "overflow") return false;
        if (on.has("5xx") || on.has("gateway-error") || on.has("reset")) return true;
        if (on.has("reset-before-request") && failure.neverSent) return true;
        if (on.has("refused-stream") && failure.reason === "remote-refused-reset") return true;
        return on.has("connect-failure") && failure.reason.startsWith("connect-");
      case "response":
        return this.#retriableResponse(failure.status, failure.headers);
    }
  }

  #retriableResponse(status: number, headers: HeaderMap): boolean {
    const on = this.#conditions;
    if (headers.has("x-envoy-ratelimited")) return on.has("envoy-ratelimited");
    if (on.has("5xx") && status >= 500 && status < 600) return true;
    if (on.has("gateway-error") && status >= 502 && status <= 504) return true;
    if (on.has("retriable-4xx") && status === 409) return true;
    if (on.has("retriable-status-codes") && this.#statusCodes.has(status)) return true;
    return on.has("retriable-headers") && (this.#policy?.headers ?? []).some((matches) => matches(headers));
  }
}

function takeList(headers: HeaderMap, name: string): string[] {
  const text = headers.joined(name);
  if (text === undefined) return [];
  headers.remove(name);
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

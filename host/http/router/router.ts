import type { ByteQueue } from "../../bytes/index.js";
import type { Scope } from "../../stats/index.js";
import {
  type Cluster,
  type ClusterManager,
  type Endpoint,
  FAILURE_TEXT,
  type FailureReason,
  failureBody,
  failureDetails,
} from "../../upstream/index.js";
import { type HeaderMap, toByteString } from "../headers/index.js";
import type { ForwardAction, Route } from "../routes/index.js";
import { ipOf, type RouterHost, type TerminalFilter } from "../stream/index.js";
import { Attempt } from "./attempt.js";
import { Mirrors } from "./mirrors.js";
import { ownAnswer } from "./own-answer.js";
import { RequestCopy } from "./request-copy.js";
import { RESET_FLAGS } from "./reset-flags.js";
import { chargeResponse } from "./response-stats.js";
import { type Failure, RetryState } from "./retry-state.js";
import { type Timeouts, takeTimeouts } from "./timeouts.js";

/** envoy.extensions.filters.http.router.v3.Router, and what it works with. */
export interface RouterConfig {
  readonly clusters: ClusterManager;
  /** `http.<stat_prefix>.` */
  readonly stats: Scope;
  readonly suppressEnvoyHeaders: boolean;
  readonly dynamicStats: boolean;
}

/** What is settled once a request is going to a cluster. */
interface Target {
  readonly route: Route;
  readonly action: ForwardAction;
  readonly cluster: Cluster;
  readonly timeouts: Timeouts;
  readonly retry: RetryState;
  readonly copy: RequestCopy;
  readonly internal: boolean;
  readonly tunnel: boolean;
}

/** The last filter: sends the request to an endpoint of its route's cluster, and the response back. */
export class Router implements TerminalFilter {
  readonly #host: RouterHost;
  readonly #config: RouterConfig;
  #target: Target | undefined;
  #attempt: Attempt | undefined;
  readonly #tried = new Set<Endpoint>();
  #mirrors: Mirrors | undefined;
  #globalTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #requestPaused = false;
  #responsePaused = false;
  #requestStart = 0;
  /** Since when the present attempt has a connection. */
  #sendingSince = 0;
  #over = false;

  constructor(host: RouterHost, config: RouterConfig) {
    this.#host = host;
    this.#config = config;
  }

  // The request, from the filter chain.

  headers(headers: HeaderMap, endStream: boolean): void {
    const { stats } = this.#config;
    stats.counter("rq_total").inc();
    const route = this.#host.route();
    if (!route) {
      stats.counter("no_route").inc();
      this.#host.sendLocalReply({ status: 404, details: "route_not_found", flag: "NR" });
      return;
    }
    if (!headers.has(":method")) {
      const details = "filter_removed_required_request_headers";
      this.#host.sendLocalReply({ status: 503, details, body: "missing required header: :method" });
      return;
    }
    if (route.action.kind === "forward") this.#forward(route, route.action, headers, endStream);
    else {
      stats.counter(route.action.kind === "redirect" ? "rq_redirect" : "rq_direct_response").inc();
      this.#host.sendLocalReply(ownAnswer(route, route.action, headers, this.#host.formatContext()));
    }
  }

  data(data: ByteQueue, endStream: boolean): void {
    const target = this.#target;
    if (this.#over || !target) return;
    for (const chunk of data.takeChunks()) this.#sendChunk(target, chunk);
    if (!endStream) return;
    target.copy.ended = true;
    this.#mirrors?.write(new Uint8Array(), true);
    this.#attempt?.write(new Uint8Array(), true);
    this.#onRequestComplete(target);
  }

  trailers(trailers: HeaderMap): void {
    const target = this.#target;
    if (this.#over || !target) return;
    target.copy.ended = true;
    target.copy.trailers = trailers;
    this.#mirrors?.trailers(trailers);
    this.#attempt?.trailers(trailers);
    this.#onRequestComplete(target);
  }

  // What the stream asks for.

  pauseResponse(): void {
    this.#responsePaused = true;
    this.#attempt?.pause();
  }

  resumeResponse(): void {
    this.#responsePaused = false;
    this.#attempt?.resume();
  }

  onDestroy(): void {
    this.#over = true;
    clearTimeout(this.#globalTimer);
    clearTimeout(this.#retryTimer);
    this.#attempt?.reset();
    this.#attempt = undefined;
    if (this.#target?.copy.ended === false) this.#mirrors?.abandon();
    this.#target?.retry.finish();
  }

  // What an attempt tells.

  onConnection(attempt: Attempt, localAddress: string): void {
    if (attempt !== this.#attempt) return;
    const { info } = this.#host;
    info.upstreamLocalAddress = localAddress;
    this.#sendingSince = performance.now();
    info.upstreamReadyMs = this.#sendingSince - attempt.startTime;
  }

  onHeaders(attempt: Attempt, headers: HeaderMap, endStream: boolean): void {
    const target = this.#target;
    if (attempt !== this.#attempt || !target) return;
    const status = Number(headers.get(":status"));
    if (this.#retry({ kind: "response", status, headers }, status)) return;
    attempt.stopTimer();
    this.#host.info.responseCode = status;
    // What was kept for another try is not needed any more.
    target.copy.drop();
    if (this.#host.info.upstreamAttempts > 1 && status < 500) {
      target.cluster.stats.counter("upstream_rq_retry_success").inc();
    }
    this.#charge(target, status);
    if (!this.#config.suppressEnvoyHeaders) {
      const taken = Math.round(performance.now() - this.#requestStart);
      headers.set("x-envoy-upstream-service-time", String(taken));
    }
    if (target.route.virtualHost.includeAttemptCountInResponse) {
      headers.set("x-envoy-attempt-count", String(this.#host.info.upstreamAttempts));
    }
    const context = { ...this.#host.formatContext(), responseHeaders: headers, responseCode: status };
    for (const mutate of target.route.responseMutations) mutate(headers, context);
    if (endStream) this.#responseComplete();
    this.#host.respondHeaders(headers, endStream);
  }

  onData(_attempt: Attempt, data: ByteQueue, endStream: boolean): void {
    if (endStream) this.#responseComplete();
    this.#host.respondData(data, endStream);
  }

  onTrailers(_attempt: Attempt, trailers: HeaderMap): void {
    this.#responseComplete();
    this.#host.respondTrailers(trailers);
  }

  onFailure(attempt: Attempt, reason: FailureReason, detail: string, neverSent: boolean): void {
    const target = this.#target;
    if (attempt !== this.#attempt || !target) return;
    this.#attempt = undefined;
    this.#unblockRequest();
    const { info } = this.#host;
    if (reason.startsWith("connect-")) info.upstreamFailure = detail;
    if (this.#host.responseStarted) {
      info.responseFlags.add(RESET_FLAGS[reason]);
      this.#config.stats.counter("rq_reset_after_downstream_response_started").inc();
      this.#host.reset(`upstream_reset_after_response_started{${FAILURE_TEXT[reason].replaceAll(" ", "_")}}`);
      return;
    }
    if (this.#retry({ kind: "reset", reason, neverSent }, 503)) return;
    if (reason !== "overflow") this.#charge(target, 503);
    this.#host.sendLocalReply({
      status: 503,
      details: failureDetails(reason, detail),
      body: failureBody(reason, info.upstreamAttempts > 1),
      flag: RESET_FLAGS[reason],
      headers: reason === "overflow" && !this.#config.suppressEnvoyHeaders ? [["x-envoy-overloaded", "true"]] : [],
    });
  }

  onPerTryTimeout(attempt: Attempt): void {
    const target = this.#target;
    if (attempt !== this.#attempt || !target) return;
    target.cluster.stats.counter("upstream_rq_per_try_timeout").inc();
    target.cluster.onTimeout(attempt.endpoint);
    if (this.#retry({ kind: "per-try-timeout" }, 504)) return;
    this.#timeOut(target, "upstream_per_try_timeout");
  }

  onDrain(attempt: Attempt): void {
    if (attempt === this.#attempt) this.#unblockRequest();
  }

  #forward(route: Route, action: ForwardAction, headers: HeaderMap, endStream: boolean): void {
    const cluster = this.#config.clusters.get(action.cluster);
    const { info } = this.#host;
    info.upstreamCluster = action.cluster;
    if (!cluster) {
      this.#config.stats.counter("no_cluster").inc();
      this.#host.sendLocalReply({ status: action.clusterNotFound, details: "cluster_not_found", flag: "NC" });
      return;
    }
    const tunnel = headers.get(":method") === "CONNECT" && action.terminateConnect;
    const limit = Math.min(route.bufferLimit ?? this.#host.bufferLimit, this.#host.bufferLimit);
    const target: Target = {
      route,
      action,
      cluster,
      timeouts: takeTimeouts(action, headers),
      retry: new RetryState(action, headers, cluster),
      copy: new RequestCopy(limit),
      internal: headers.get("x-envoy-internal") === "true",
      tunnel,
    };
    this.#target = target;
    if (target.retry.idle) target.copy.drop();
    target.copy.ended = endStream;
    this.#requestStart = performance.now();
    const context = this.#host.formatContext();
    for (const mutate of route.requestMutations) mutate(headers, context);
    action.rewrite?.(headers);
    if (this.#config.suppressEnvoyHeaders) headers.remove("x-envoy-original-path");
    else if (target.timeouts.global > 0) {
      headers.set("x-envoy-expected-rq-timeout-ms", String(target.timeouts.global));
    }
    this.#host.injectSpan();
    if (!this.#try(target)) return;
    if (!tunnel && action.mirrors.length > 0) {
      this.#mirrors = new Mirrors(action.mirrors, this.#config.clusters, headers, endStream, target.timeouts.global);
    }
    if (endStream && !this.#over) this.#onRequestComplete(target);
  }

  /** Starts a try with what came of the request so far; false where there is no endpoint. */
  #try(target: Target): boolean {
    const { requestHeaders: headers, info } = this.#host;
    const endpoint = this.#pick(target, headers);
    if (!endpoint) {
      this.#host.sendLocalReply({
        status: 503,
        details: "no_healthy_upstream",
        body: "no healthy upstream",
        flag: "UH",
      });
      return false;
    }
    info.upstreamEndpoint = endpoint;
    info.upstreamLocalAddress = undefined;
    info.upstreamReadyMs = undefined;
    info.upstreamAttempts++;
    this.#tried.add(endpoint);
    if (target.action.autoHostRewrite && endpoint.hostname !== "") {
      headers.set(":authority", toByteString(endpoint.hostname));
    }
    if (target.route.virtualHost.includeAttemptCountInRequest) {
      headers.set("x-envoy-attempt-count", String(info.upstreamAttempts));
    }
    const { copy, tunnel } = target;
    const endsWithHeaders = copy.ended && copy.chunks.length === 0 && !copy.trailers;
    const attempt = new Attempt(target.cluster, endpoint, headers, { endStream: endsWithHeaders, tunnel }, this);
    this.#attempt = attempt;
    if (this.#responsePaused) attempt.pause();
    for (const chunk of copy.chunks) if (!attempt.write(chunk, false)) this.#blockRequest();
    if (copy.trailers) attempt.trailers(copy.trailers);
    else if (copy.ended && !endsWithHeaders) attempt.write(new Uint8Array(), true);
    if (copy.ended) attempt.startTimer(target.timeouts.perTry);
    return true;
  }

  #pick(target: Target, headers: HeaderMap): Endpoint | undefined {
    const { retry, action, cluster } = target;
    return cluster.pickEndpoint({
      hash: action.hash?.({ headers, sourceIp: ipOf(this.#host.connection.remoteAddress) }),
      dynamicMetadata: this.#host.info.dynamicMetadata,
      header: (name) => headers.get(name),
      originalDestination: this.#host.connection.localAddress,
      avoid: retry.avoidPreviousHosts ? (endpoint) => this.#tried.has(endpoint) : undefined,
    });
  }

  #sendChunk(target: Target, chunk: Uint8Array): void {
    target.copy.add(chunk);
    this.#mirrors?.write(chunk, false);
    if (this.#attempt && !this.#attempt.write(chunk, false)) this.#blockRequest();
  }

  #onRequestComplete(target: Target): void {
    const { global, perTry } = target.timeouts;
    this.#attempt?.startTimer(perTry);
    if (global > 0 && !this.#over) this.#globalTimer = setTimeout(() => this.#onGlobalTimeout(target), global);
  }

  #onGlobalTimeout(target: Target): void {
    target.cluster.stats.counter("upstream_rq_timeout").inc();
    const endpoint = this.#attempt?.endpoint;
    if (endpoint) target.cluster.onTimeout(endpoint);
    this.#timeOut(target, "response_timeout");
  }

  #timeOut(target: Target, details: string): void {
    clearTimeout(this.#retryTimer);
    this.#attempt?.reset();
    this.#attempt = undefined;
    const { status } = target.timeouts;
    if (!this.#host.responseStarted) this.#charge(target, status);
    this.#host.info.responseFlags.add("UT");
    this.#host.sendLocalReply({ status, details, body: status === 204 ? undefined : "upstream request timeout" });
  }

  /** Retries where the policy and the kept request allow; `code` stands for the failure in the statistics. */
  #retry(failure: Failure, code: number): boolean {
    const target = this.#target;
    if (!target || this.#host.responseStarted) return false;
    const { stats } = target.cluster;
    if (!target.copy.complete) return false;
    const verdict = target.retry.judge(failure);
    if (verdict === "limit-exceeded") {
      stats.counter("upstream_rq_retry_limit_exceeded").inc();
      this.#host.info.responseFlags.add("URX");
    } else if (verdict === "overflow") {
      stats.counter("upstream_rq_retry_overflow").inc();
    }
    if (verdict !== "retry") return false;
    stats.counter("upstream_rq_retry").inc();
    stats.counter("upstream_rq_retry_backoff_exponential").inc();
    if (this.#config.dynamicStats) chargeResponse(target.cluster, code, target.internal, "retry.");
    this.#attempt?.reset();
    this.#attempt = undefined;
    this.#unblockRequest();
    this.#retryTimer = setTimeout(() => {
      if (!this.#over) this.#try(target);
    }, target.retry.backOff());
    return true;
  }

  #charge(target: Target, code: number): void {
    if (this.#config.dynamicStats) chargeResponse(target.cluster, code, target.internal);
  }

  /** The upstream has said everything; where the request is not complete, it is given up there too. */
  #responseComplete(): void {
    const now = performance.now();
    this.#host.info.upstreamLatencyMs = now - this.#sendingSince;
    const target = this.#target;
    clearTimeout(this.#globalTimer);
    this.#unblockRequest();
    if (!target) return;
    if (target.copy.ended) this.#attempt = undefined;
    if (this.#config.dynamicStats) {
      target.cluster.stats.histogram("upstream_rq_time").record(now - this.#requestStart);
    }
  }

  #blockRequest(): void {
    if (this.#requestPaused) return;
    this.#requestPaused = true;
    this.#host.pauseRequest();
  }

  #unblockRequest(): void {
    if (!this.#requestPaused) return;
    this.#requestPaused = false;
    this.#host.resumeRequest();
  }
}

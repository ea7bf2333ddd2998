import {
  BufferType,
  continueStream,
  FilterHeadersStatus,
  getBuffer,
  HttpContext,
  sendLocalResponse,
  Slice,
  StreamType,
} from "meltemi/assembly";
import { Code, codeOf } from "./answer";
import { GlobalLimit } from "./global-limit";
import { Judged } from "./local-limit";
import { Metrics } from "./metrics";
import { RoutePlans } from "./route-plans";

const TOO_MANY_REQUESTS: u32 = 429;
const UNAVAILABLE: u32 = 503;
// `%RESPONSE_CODE_DETAILS%` in access logs: as of Envoy's own filters.
const LOCAL = Slice.fixed("local_rate_limited");
const GLOBAL = Slice.fixed("request_rate_limited");
const ERROR = Slice.fixed("rate_limiter_error");
const SERVICE = Slice.fixed("envoy.service.ratelimit.v3.RateLimitService");
const METHOD = Slice.fixed("ShouldRateLimit");

/** One request; it may wait for what a rate limit service says, and nothing else waits with it. */
export class LimitedRequest extends HttpContext {
  /** Not null: it waits for this one's service. */
  private waitsFor: GlobalLimit | null = null;

  constructor(
    id: i32,
    private metrics: Metrics,
    private plans: RoutePlans,
  ) {
    super(id);
  }

  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    const plan = this.plans.current();
    const metrics = this.metrics;
    const local = plan.local;
    const judged = local == null ? Judged.NotAsked : local.judge();
    if (judged == Judged.Ok) metrics.localOk.increment();
    if (judged == Judged.Limited) {
      metrics.localLimited.increment();
      sendLocalResponse(TOO_MANY_REQUESTS, LOCAL, LOCAL, Slice.empty());
      return FilterHeadersStatus.StopIteration;
    }
    const global = plan.global;
    const asked = global != null ? global.request() : null;
    if (global == null || asked == null) return FilterHeadersStatus.Continue;
    this.waitsFor = global;
    if (this.grpcCall(global.service.view(), SERVICE, METHOD, asked, global.timeoutMs) == 0) {
      return this.goOn(Code.Unknown) ? FilterHeadersStatus.Continue : FilterHeadersStatus.StopIteration;
    }
    metrics.waiting.add(1);
    return FilterHeadersStatus.StopIteration;
  }

  onGrpcReceive(token: u32, size: i32): void {
    this.answered(codeOf(getBuffer(BufferType.GrpcReceiveBuffer, 0, size)));
  }

  /** Without an answer before: the service cannot be reached, is too slow, or says no. */
  onGrpcClose(token: u32, status: u32): void {
    this.answered(Code.Unknown);
  }

  onDelete(): void {
    if (this.waitsFor != null) this.metrics.waiting.add(-1);
    this.waitsFor = null;
  }

  private answered(code: Code): void {
    if (this.waitsFor == null) return;
    this.metrics.waiting.add(-1);
    if (this.goOn(code)) continueStream(StreamType.HttpRequest);
  }

  /** False: the request is answered. */
  private goOn(code: Code): bool {
    const limit = this.waitsFor;
    const metrics = this.metrics;
    this.waitsFor = null;
    if (code == Code.Ok) {
      metrics.globalOk.increment();
      return true;
    }
    if (code == Code.OverLimit) {
      metrics.globalLimited.increment();
      sendLocalResponse(TOO_MANY_REQUESTS, GLOBAL, GLOBAL, Slice.empty());
      return false;
    }
    metrics.globalErrors.increment();
    if (limit == null || !limit.denies) return true;
    sendLocalResponse(UNAVAILABLE, ERROR, ERROR, Slice.empty());
    return false;
  }
}

import {
  continueStream,
  FilterHeadersStatus,
  HeaderPairsWriter,
  HttpContext,
  sendLocalResponse,
  setEffectiveContext,
  Slice,
  StreamType,
  Writer,
} from "meltemi/assembly";
import { Judgement } from "./judgement";
import { RemoteKeys, Waiter } from "./keys";
import { Plan } from "./plan";
import { Metrics } from "./metrics";
import { RoutePlans } from "./route-plans";
import { Refusal, refusalStatus, refusalWords } from "./tokens";

const WWW_AUTHENTICATE = Slice.fixed("www-authenticate");
const BEARER = Slice.fixed("Bearer");
/** `%RESPONSE_CODE_DETAILS%` in access logs: as that of Envoy's own filter. */
const DETAILS = Slice.fixed("jwt_authn_access_denied{");
const UNAUTHORIZED: u32 = 401;
const SPACE: u8 = 0x20;
const UNDERSCORE: u8 = 0x5f;
const CLOSE: u8 = 0x7d;

const judgement = new Judgement();
const headers = new HeaderPairsWriter();
const details = new Writer();

/** One request. It may wait for the keys that its token was signed with; nothing else waits with it. */
export class JwtRequest extends HttpContext implements Waiter {
  private plan: Plan | null = null;
  private waitsFor: RemoteKeys | null = null;

  constructor(
    id: i32,
    private metrics: Metrics,
    private plans: RoutePlans,
  ) {
    super(id);
  }

  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    const plan = this.plans.current();
    this.plan = plan;
    judgement.begin(false);
    plan.judge(judgement);
    const keys = judgement.wait;
    if (keys != null) {
      this.waitsFor = keys;
      this.metrics.waiting.add(1);
      keys.wait(this);
      return FilterHeadersStatus.StopIteration;
    }
    return this.finish(plan) ? FilterHeadersStatus.Continue : FilterHeadersStatus.StopIteration;
  }

  /** In the plugin's callback of the answer. */
  onKeys(): void {
    this.waitsFor = null;
    this.metrics.waiting.add(-1);
    const plan = this.plan;
    if (plan == null) return;
    setEffectiveContext(this.id);
    judgement.begin(true);
    plan.judge(judgement);
    if (this.finish(plan)) continueStream(StreamType.HttpRequest);
  }

  onDelete(): void {
    const keys = this.waitsFor;
    if (keys == null) return;
    this.waitsFor = null;
    keys.forget(this);
    this.metrics.waiting.add(-1);
  }

  /** True: the request may go on. */
  private finish(plan: Plan): bool {
    const metrics = this.metrics;
    if (judgement.known) metrics.cacheHits.increment();
    if (judgement.refusal == Refusal.None) {
      metrics.allowed.increment();
      plan.pass(judgement);
      return true;
    }
    metrics.denied.increment();
    const status = refusalStatus(judgement.refusal);
    const words = refusalWords(judgement.refusal);
    if (status == UNAUTHORIZED) headers.add(WWW_AUTHENTICATE, BEARER);
    sendLocalResponse(status, detailsOf(words), words, headers.take());
    return false;
  }
}

/** The words in braces, without blanks. */
function detailsOf(words: Slice): Slice {
  details.reset();
  details.bytes(DETAILS);
  for (let i = 0; i < words.length; i++) details.u8(words.at(i) == SPACE ? UNDERSCORE : words.at(i));
  details.u8(CLOSE);
  return details.view();
}

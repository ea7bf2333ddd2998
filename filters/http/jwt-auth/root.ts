import {
  currentTimeNanoseconds,
  Fields,
  HttpContext,
  log,
  LogLevel,
  Problems,
  RootContext,
  watchMemory,
} from "meltemi/assembly";
import { RemoteKeySets } from "./keys";
import { Metrics } from "./metrics";
import { Naming } from "./naming";
import { Plan } from "./plan";
import { JwtRequest } from "./request";
import { RoutePlans } from "./route-plans";

export class JwtRoot extends RootContext {
  private metrics: Metrics = new Metrics();
  private sets: RemoteKeySets = new RemoteKeySets();
  private plans: RoutePlans | null = null;

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const fields = Fields.parse(this.configuration(size), problems);
    const naming = new Naming(fields.boolean("attributes", true));
    const own = Plan.read(fields, naming, this.sets);
    if (problems.none) this.plans = new RoutePlans(naming, this.sets, own);
    else log(LogLevel.Error, "jwt-auth: " + problems.toString());
    return problems.none;
  }

  onHttpCallResponse(token: u32, headers: i32, bodySize: i32, trailers: i32): void {
    this.metrics.fetches.increment();
    const now = <i64>(currentTimeNanoseconds() / 1000000);
    if (!this.sets.answered(token, headers, bodySize, now)) this.metrics.fetchFailures.increment();
  }

  createHttpContext(id: i32): HttpContext | null {
    const plans = this.plans;
    if (plans == null) return null;
    watchMemory(this.metrics.memoryBytes);
    return new JwtRequest(id, this.metrics, plans);
  }
}

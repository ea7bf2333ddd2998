import { Fields, HttpContext, log, LogLevel, Problems, RootContext, watchMemory } from "meltemi/assembly";
import { Metrics } from "./metrics";
import { Plan } from "./plan";
import { LimitedRequest } from "./request";
import { RoutePlans } from "./route-plans";

export class LimitRoot extends RootContext {
  private metrics: Metrics = new Metrics();
  private plans: RoutePlans | null = null;

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const fields = Fields.parse(this.configuration(size), problems);
    const attributes = fields.boolean("attributes", true);
    const own = Plan.read(fields, attributes);
    if (problems.none) this.plans = new RoutePlans(attributes, own);
    else log(LogLevel.Error, "rate-limit: " + problems.toString());
    return problems.none;
  }

  createHttpContext(id: i32): HttpContext | null {
    const plans = this.plans;
    if (plans == null) return null;
    watchMemory(this.metrics.memoryBytes);
    return new LimitedRequest(id, this.metrics, plans);
  }
}

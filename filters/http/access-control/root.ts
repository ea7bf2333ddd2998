import { Fields, HttpContext, log, LogLevel, Problems, RootContext, watchMemory } from "meltemi/assembly";
import { Metrics } from "./metrics";
import { Plan } from "./plan";
import { AccessRequest } from "./request";
import { RoutePlans } from "./route-plans";

export class AccessRoot extends RootContext {
  readonly metrics: Metrics = new Metrics();
  private plans: RoutePlans = new RoutePlans(true);
  private fallback: Plan = new Plan();

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const fields = Fields.parse(this.configuration(size), problems);
    const attributes = fields.boolean("attributes", true);
    this.plans = new RoutePlans(attributes);
    this.fallback = Plan.read(fields, attributes);
    if (!problems.none) log(LogLevel.Error, "access-control: " + problems.toString());
    return problems.none;
  }

  createHttpContext(id: i32): HttpContext {
    watchMemory(this.metrics.memoryBytes);
    return new AccessRequest(id, this);
  }

  /** What the current request's route asks for, else what the plugin's own configuration says. */
  plan(): Plan {
    const plan = this.plans.current();
    return plan == null ? this.fallback : plan;
  }
}

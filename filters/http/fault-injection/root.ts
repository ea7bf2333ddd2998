import { Fields, HttpContext, log, LogLevel, Problems, RootContext, watchMemory } from "meltemi/assembly";
import { Faults } from "./faults";
import { Metrics } from "./metrics";
import { Plan } from "./plan";
import { FaultRequest } from "./request";
import { RoutePlans } from "./route-plans";

export class FaultRoot extends RootContext {
  private metrics: Metrics = new Metrics();
  private faults: Faults | null = null;

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const fields = Fields.parse(this.configuration(size), problems);
    const attributes = fields.boolean("attributes", true);
    const own = Plan.read(fields, attributes);
    if (problems.none) this.faults = new Faults(this.metrics, new RoutePlans(attributes, own));
    else log(LogLevel.Error, "fault-injection: " + problems.toString());
    return problems.none;
  }

  onTick(): void {
    const faults = this.faults;
    if (faults != null) faults.delays.release();
  }

  createHttpContext(id: i32): HttpContext | null {
    const faults = this.faults;
    if (faults == null) return null;
    watchMemory(this.metrics.memoryBytes);
    return new FaultRequest(id, faults);
  }
}

import { Delays } from "./delays";
import { Metrics } from "./metrics";
import { Plan } from "./plan";
import { RoutePlans } from "./route-plans";

/** What all requests of a plugin share: its own faults, those of routes, and who waits. */
export class Faults {
  readonly delays: Delays = new Delays();

  constructor(
    readonly metrics: Metrics,
    private plans: RoutePlans,
  ) {}

  /** What the current request's route asks for, else what the plugin's own configuration says. */
  plan(): Plan {
    return this.plans.current();
  }
}

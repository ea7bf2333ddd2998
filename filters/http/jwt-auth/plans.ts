import { Metrics } from "./metrics";
import { Plan } from "./plan";
import { RoutePlans } from "./route-plans";

/** What all requests of a plugin share: its own plan, those of routes, and what is counted. */
export class Plans {
  constructor(
    readonly metrics: Metrics,
    private routes: RoutePlans,
    private fallback: Plan,
  ) {}

  /** What the current request's route asks for, else what the plugin's own configuration says. */
  current(): Plan {
    return this.routes.current(this.fallback);
  }
}

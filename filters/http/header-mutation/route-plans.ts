import { Bytes, Counter, log, LogLevel, Problems, Slice } from "meltemi/assembly";
import { Plan } from "./plan";

const MOST_KEPT = 256;

/** A route's configuration as it was read, with the plan that it became. */
class Known {
  constructor(
    readonly bytes: Bytes,
    readonly plan: Plan,
  ) {}
}

/** The plans of routes, parsed once for each configuration that was ever seen and found again by its bytes. */
export class RoutePlans {
  private known: Array<Known> = [];
  private bad: Counter;

  constructor(private attributes: bool) {
    this.bad = Counter.define("meltemi.header-mutation.bad_configurations");
  }

  /** The plan for a route's configuration; one that cannot be read changes nothing, and is logged and counted. */
  of(configuration: Slice): Plan {
    for (let i = 0; i < this.known.length; i++) {
      const known = this.known[i];
      if (known.bytes.view().equals(configuration)) return known.plan;
    }
    const problems = new Problems();
    let plan = Plan.parse(configuration, this.attributes, problems);
    if (!problems.none) {
      this.bad.increment();
      log(LogLevel.Error, "header-mutation: route metadata: " + problems.toString());
      plan = new Plan();
    }
    if (this.known.length == MOST_KEPT) this.known.shift();
    this.known.push(new Known(Bytes.copyOf(configuration), plan));
    return plan;
  }
}

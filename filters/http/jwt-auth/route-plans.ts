import { Problems, RouteSettings, Slice } from "meltemi/assembly";
import { RemoteKeySets } from "./keys";
import { Naming } from "./naming";
import { Plan } from "./plan";

/** The plans of routes; one that cannot be read lets nobody in. */
export class RoutePlans extends RouteSettings<Plan> {
  constructor(
    private naming: Naming,
    private sets: RemoteKeySets,
    own: Plan,
  ) {
    super("jwt-auth", own);
  }

  protected parse(json: Slice, problems: Problems): Plan {
    return Plan.parse(json, this.naming, this.sets, problems);
  }

  protected none(): Plan {
    return Plan.closed();
  }
}

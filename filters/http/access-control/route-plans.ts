import { Problems, RouteSettings, Slice } from "meltemi/assembly";
import { Plan } from "./plan";

/** The plans of routes; one that cannot be read lets nobody in. */
export class RoutePlans extends RouteSettings<Plan> {
  constructor(
    /** Headers are attributes: there is a codec before this filter. */
    readonly attributes: bool,
    own: Plan,
  ) {
    super("access-control", own);
  }

  protected parse(json: Slice, problems: Problems): Plan {
    return Plan.parse(json, this.attributes, problems);
  }

  protected none(): Plan {
    return Plan.closed();
  }
}

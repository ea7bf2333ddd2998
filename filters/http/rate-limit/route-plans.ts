import { Problems, RouteSettings, Slice } from "meltemi/assembly";
import { Plan } from "./plan";

/** The plans of routes; one that cannot be read limits nothing. */
export class RoutePlans extends RouteSettings<Plan> {
  constructor(
    private attributes: bool,
    own: Plan,
  ) {
    super("rate-limit", own);
  }

  protected parse(json: Slice, problems: Problems): Plan {
    return Plan.parse(json, this.attributes, problems);
  }

  protected none(): Plan {
    return Plan.none();
  }
}

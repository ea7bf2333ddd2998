import { Fields, Problems, Slice } from "meltemi/assembly";
import { GlobalLimit } from "./global-limit";
import { LocalLimit } from "./local-limit";

/** The limits of one configuration. */
export class Plan {
  private constructor(
    readonly local: LocalLimit | null,
    readonly global: GlobalLimit | null,
  ) {}

  /** Reads `{"local": {…}, "global": {…}}`, both or one or none; what is wrong goes to `problems`. */
  static read(fields: Fields, attributes: bool): Plan {
    const hasLocal = fields.has("local");
    const local = fields.object("local");
    const hasGlobal = fields.has("global");
    const global = fields.object("global");
    fields.done();
    return new Plan(
      hasLocal ? LocalLimit.read(local, attributes) : null,
      hasGlobal ? GlobalLimit.read(global, attributes) : null,
    );
  }

  static parse(json: Slice, attributes: bool, problems: Problems): Plan {
    return Plan.read(Fields.parse(json, problems), attributes);
  }

  static none(): Plan {
    return new Plan(null, null);
  }
}

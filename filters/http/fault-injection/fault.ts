import { Fields } from "meltemi/assembly";
import { Abort } from "./abort";
import { Condition } from "./condition";

const MOST_MILLISECONDS: f64 = 3600000;
/** One more than the largest draw. */
const DRAWS: f64 = 4294967296;

/** One entry of the configuration: how often, of which requests, and what. */
export class Fault {
  private constructor(
    private conditions: Array<Condition>,
    /** Draws below this one hit. */
    private threshold: u64,
    /** Zero: none. */
    readonly milliseconds: i32,
    readonly abort: Abort | null,
  ) {}

  /** `{"match": […], "percentage": P, "delay": MS, "abort": {…}}`; what is wrong goes to the fields' problems. */
  static read(fields: Fields, attributes: bool): Fault {
    const conditions: Array<Condition> = [];
    const match = fields.objects("match");
    for (let i = 0; i < match.length; i++) conditions.push(Condition.read(match[i], attributes));
    if (!fields.has("percentage")) fields.problems.add(fields.path + ".percentage", "a number from 0 to 100", null);
    const percentage = fields.number("percentage", 0, 0, 100);
    const delay = fields.integer("delay", 0, 1, MOST_MILLISECONDS);
    const abort = fields.has("abort") ? Abort.read(fields.object("abort")) : null;
    if (!fields.has("delay") && abort == null) fields.problems.add(fields.path, '"delay", "abort" or both', null);
    fields.done();
    return new Fault(conditions, <u64>Math.round((percentage / 100) * DRAWS), <i32>delay, abort);
  }

  /** Is it about the current request? */
  concerns(): bool {
    for (let i = 0; i < this.conditions.length; i++) {
      if (!this.conditions[i].holds()) return false;
    }
    return true;
  }

  /** Does it happen where this was drawn? */
  strikes(draw: u32): bool {
    return <u64>draw < this.threshold;
  }
}

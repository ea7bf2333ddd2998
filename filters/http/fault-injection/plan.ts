import { currentTimeNanoseconds, Fields, Problems, Slice } from "meltemi/assembly";
import { Abort } from "./abort";
import { Fault } from "./fault";
import { Random } from "./random";

/** All faults of one configuration, with the draws that decide. */
export class Plan {
  /** What the last `draw` came to. */
  milliseconds: i32 = 0;
  abort: Abort | null = null;
  private faults: Array<Fault> = [];
  private random: Random = new Random(0);

  /** Reads `{"seed": N, "faults": […]}`; what is wrong goes to `problems`. */
  static read(fields: Fields, attributes: bool): Plan {
    const plan = new Plan();
    const seeded = fields.has("seed");
    const seed = fields.integer("seed", 0, 0, 4294967295);
    plan.random = new Random(seeded ? <u64>seed : currentTimeNanoseconds());
    const list = fields.objects("faults");
    for (let i = 0; i < list.length; i++) plan.faults.push(Fault.read(list[i], attributes));
    fields.done();
    return plan;
  }

  static parse(json: Slice, attributes: bool, problems: Problems): Plan {
    return Plan.read(Fields.parse(json, problems), attributes);
  }

  /** Decides about the current request: delays add up, of several aborts the first is the answer. False: nothing happens. */
  draw(): bool {
    this.milliseconds = 0;
    this.abort = null;
    for (let i = 0; i < this.faults.length; i++) {
      const fault = this.faults[i];
      if (!fault.strikes(this.random)) continue;
      this.milliseconds = min(this.milliseconds + fault.milliseconds, MOST_MILLISECONDS);
      if (this.abort == null) this.abort = fault.abort;
    }
    return this.milliseconds > 0 || this.abort != null;
  }
}

const MOST_MILLISECONDS: i32 = 3600000;

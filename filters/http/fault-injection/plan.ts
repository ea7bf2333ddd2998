import { currentTimeNanoseconds, Fields, Problems, Random, Slice } from "meltemi/assembly";
import { wholeRequest } from "meltemi/assembly/requests";
import { Abort } from "./abort";
import { Fault } from "./fault";

/** All faults of one configuration, with the draws that decide. */
export class Plan {
  /** What the last `draw` came to. */
  milliseconds: i32 = 0;
  abort: Abort | null = null;
  private faults: Array<Fault> = [];
  private random: Random = new Random(0);

  /** @param attributes a codec wrote the headers, so what they say of parts is true */
  private constructor(private attributes: bool) {}

  /** Reads `{"seed": N, "faults": […]}`; what is wrong goes to `problems`. */
  static read(fields: Fields, attributes: bool): Plan {
    const plan = new Plan(attributes);
    const seeded = fields.has("seed");
    const seed = fields.integer("seed", 0, 0, 4294967295);
    plan.random = new Random(seeded ? <u64>seed : currentTimeNanoseconds());
    const list = fields.objects("faults");
    for (let i = 0; i < list.length; i++) plan.faults.push(Fault.read(list[i], attributes));
    fields.done();
    return plan;
  }

  /** Nothing happens. */
  static none(): Plan {
    return new Plan(true);
  }

  static parse(json: Slice, attributes: bool, problems: Problems): Plan {
    return Plan.read(Fields.parse(json, problems), attributes);
  }

  /**
   * Decides about the current request: delays add up, of several aborts the first is the answer. All parts of one request
   * share its draws, whatever their routes. False: nothing happens.
   */
  draw(): bool {
    this.milliseconds = 0;
    this.abort = null;
    const whole = this.faults.length > 0 && this.attributes ? wholeRequest() : 0;
    for (let i = 0; i < this.faults.length; i++) {
      const fault = this.faults[i];
      if (!fault.concerns() || !fault.strikes(whole == 0 ? this.random.next() : Random.at(whole, i))) continue;
      this.milliseconds = min(this.milliseconds + fault.milliseconds, MOST_MILLISECONDS);
      if (this.abort == null) this.abort = fault.abort;
    }
    return this.milliseconds > 0 || this.abort != null;
  }
}

const MOST_MILLISECONDS: i32 = 3600000;

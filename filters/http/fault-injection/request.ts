import { continueStream, FilterHeadersStatus, HttpContext, setEffectiveContext, StreamType } from "meltemi/assembly";
import { Abort } from "./abort";
import { Delayed } from "./delays";
import { Faults } from "./faults";

/** One request; it waits in the plugin's delays by what it keeps of it. */
export class FaultRequest extends HttpContext {
  private waiting: Waiting | null = null;

  constructor(
    id: i32,
    private faults: Faults,
  ) {
    super(id);
  }

  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    const plan = this.faults.plan();
    if (!plan.draw()) return FilterHeadersStatus.Continue;
    const abort = plan.abort;
    if (plan.milliseconds > 0) {
      const waiting = new Waiting(this, abort);
      this.waiting = waiting;
      this.faults.delays.add(waiting, plan.milliseconds);
      this.faults.metrics.delays.increment();
      this.faults.metrics.active.add(1);
    } else if (abort != null) {
      this.abort(abort);
    }
    return FilterHeadersStatus.StopIteration;
  }

  /** The request's time has come, in the plugin's tick. */
  goOn(abort: Abort | null): void {
    this.waiting = null;
    this.faults.metrics.active.add(-1);
    setEffectiveContext(this.id);
    if (abort == null) continueStream(StreamType.HttpRequest);
    else this.abort(abort);
  }

  onDelete(): void {
    const waiting = this.waiting;
    if (waiting == null) return;
    this.waiting = null;
    this.faults.delays.remove(waiting);
    this.faults.metrics.active.add(-1);
  }

  private abort(abort: Abort): void {
    this.faults.metrics.aborts.increment();
    abort.answer();
  }
}

class Waiting extends Delayed {
  constructor(
    private request: FaultRequest,
    private abort: Abort | null,
  ) {
    super();
  }

  go(): void {
    this.request.goOn(this.abort);
  }
}

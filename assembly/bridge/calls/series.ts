import { Bytes, Slice } from "../../bytes";
import { Counter, Histogram } from "../../hostcalls";
import { CallStatus, nameOf, STATUSES } from "./status";

/** The figures of one operation. Each is defined once there is something to count. */
export class Series {
  /** Others with the same hash; -1: none. */
  next: i32 = -1;
  /** Counted here, and not yet with the proxy. */
  pending: bool = false;
  private counters: StaticArray<Counter | null> = new StaticArray<Counter | null>(STATUSES);
  private counts: StaticArray<i32> = new StaticArray<i32>(STATUSES);
  private times: Histogram | null = null;

  /** @param labels as they stand in names */
  constructor(
    private service: Bytes,
    private operation: Bytes,
    private prefix: string,
    private labels: string,
  ) {}


  @inline is(service: Slice, operation: Slice): bool {
    return this.operation.view().equals(operation) && this.service.view().equals(service);
  }


  @inline count(status: CallStatus): void {
    unchecked(this.counts[status]++);
  }

  time(milliseconds: i64): void {
    let times = this.times;
    if (times == null) {
      times = Histogram.define(this.prefix + "call_ms" + this.labels);
      this.times = times;
    }
    times.record(<u64>max(<i64>0, milliseconds));
  }

  /** Tells the proxy what was counted. */
  flush(): void {
    this.pending = false;
    for (let status = 0; status < STATUSES; status++) {
      const count = unchecked(this.counts[status]);
      if (count == 0) continue;
      unchecked((this.counts[status] = 0));
      this.counter(status).increment(count);
    }
  }

  private counter(status: CallStatus): Counter {
    let counter = unchecked(this.counters[status]);
    if (counter == null) {
      counter = Counter.define(this.prefix + "calls" + this.labels + ";status=" + nameOf(status));
      unchecked((this.counters[status] = counter));
    }
    return counter;
  }
}

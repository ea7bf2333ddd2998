import { Counter } from "../hostcalls";

/**
 * A counter that is defined when it first counts: a module's globals are made before the proxy may be asked for anything, and
 * what never happens needs no metric.
 */
export class LateCounter {
  private counter: Counter | null = null;

  constructor(private name: string) {}

  /** Counts `by` more; defines the counter where this is the first time. */
  increment(by: i64 = 1): void {
    let counter = this.counter;
    if (counter == null) {
      counter = Counter.define(this.name);
      this.counter = counter;
    }
    counter.increment(by);
  }
}

import type { VmClock } from "../host/vm/index.js";

const MILLISECOND = 1_000_000n;
/** 2023-11-14T22:13:20Z: a round number of seconds, so that what modules make of it is easy to read. */
const START = 1_700_000_000_000_000_000n;

interface Timer {
  readonly at: bigint;
  readonly call: () => void;
}

/** Time that passes when it is told: ticks, deadlines of callouts, what modules read as the current time. */
export class FakeClock implements VmClock {
  #passed = 0n;
  readonly #timers = new Set<Timer>();

  /** Nanoseconds since 1970. */
  now = (): bigint => START + this.#passed;

  /** Nanoseconds since the clock was made. */
  monotonic = (): bigint => this.#passed;

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Calls once so much time has passed; the result takes that back. */
  after(milliseconds: number, call: () => void): () => void {
    const timer = { at: this.#passed + BigInt(milliseconds) * MILLISECOND, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets milliseconds pass; timers go off in their order, each at its own time, and those that they set too. */
  pass(milliseconds: number): void {
    const end = this.#passed + BigInt(milliseconds) * MILLISECOND;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#timers.delete(next);
      if (next.at > this.#passed) this.#passed = next.at;
      next.call();
    }
    this.#passed = end;
  }

  #due(end: bigint): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}

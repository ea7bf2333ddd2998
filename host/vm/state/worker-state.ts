import type { ForeignFunction, MetricSink, VmClock } from "../services.js";
import type { MetricTable } from "./metrics.js";
import { SharedData } from "./shared-data.js";
import { SharedQueues } from "./shared-queues.js";

/** What a VM shares with others, and its own table of metrics. */
export interface VmState {
  readonly sharedData: SharedData;
  readonly queues: SharedQueues;
  readonly metrics: MetricTable;
  readonly clock: VmClock;
  readonly foreignFunctions: ReadonlyMap<string, ForeignFunction>;
}

/** What all VMs of a registry share. */
export class WorkerState {
  readonly sharedData = new SharedData();
  readonly queues = new SharedQueues();
  /** Where metrics count that nobody exports. */
  readonly metrics = ownMetrics();

  /** The last VM of an id is gone, and what it shared with it. */
  forget(vmId: string): void {
    this.sharedData.forget(vmId);
    this.queues.forget(vmId);
  }
}

/** The system's time. */
export const systemClock: VmClock = {
  now: wallNanoseconds,
  monotonic: () => process.hrtime.bigint(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

let origin = 0n;

/** The platform's wall clock knows milliseconds only; the monotonic one fills in, until the wall clock is set anew. */
function wallNanoseconds(): bigint {
  const monotonic = process.hrtime.bigint();
  const wall = BigInt(Date.now()) * 1_000_000n;
  const drift = origin + monotonic - wall;
  if (drift < -2_000_000n || drift > 2_000_000n) origin = wall - monotonic;
  return origin + monotonic;
}

/** Metrics that nobody exports. */
function ownMetrics(): MetricSink {
  const counters = new Map<string, Value>();
  const gauges = new Map<string, Value>();
  return {
    counter: (name) => named(counters, name),
    gauge: (name) => named(gauges, name),
    histogram: () => ({ record: () => {} }),
  };
}

class Value {
  #value = 0n;
  add(by: bigint): void {
    this.#value += by;
  }
  set(to: bigint): void {
    this.#value = to;
  }
  value(): bigint {
    return this.#value;
  }
}

function named(values: Map<string, Value>, name: string): Value {
  const found = values.get(name) ?? new Value();
  values.set(name, found);
  return found;
}

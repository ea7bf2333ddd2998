import { Counter, Gauge } from "meltemi/assembly";

/** What the filter counts; the README has the list. */
export class Metrics {
  delays: Counter = Counter.define("meltemi.fault-injection.delays");
  aborts: Counter = Counter.define("meltemi.fault-injection.aborts");
  active: Gauge = Gauge.define("meltemi.fault-injection.active");
  memoryBytes: Gauge = Gauge.define("meltemi.fault-injection.memory_bytes");
}

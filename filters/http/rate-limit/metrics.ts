import { Counter, Gauge } from "meltemi/assembly";

/** What the filter counts; the README has the list. */
export class Metrics {
  localOk: Counter = Counter.define("meltemi.rate-limit.local_ok");
  localLimited: Counter = Counter.define("meltemi.rate-limit.local_limited");
  globalOk: Counter = Counter.define("meltemi.rate-limit.global_ok");
  globalLimited: Counter = Counter.define("meltemi.rate-limit.global_limited");
  globalErrors: Counter = Counter.define("meltemi.rate-limit.global_errors");
  waiting: Gauge = Gauge.define("meltemi.rate-limit.waiting");
  memoryBytes: Gauge = Gauge.define("meltemi.rate-limit.memory_bytes");
}

import { Counter, Gauge } from "meltemi/assembly";

/** What the filter counts; the README has the list. */
export class Metrics {
  allowed: Counter = Counter.define("meltemi.access-control.allowed");
  denied: Counter = Counter.define("meltemi.access-control.denied");
  shadowAllowed: Counter = Counter.define("meltemi.access-control.shadow_allowed");
  shadowDenied: Counter = Counter.define("meltemi.access-control.shadow_denied");
  memoryBytes: Gauge = Gauge.define("meltemi.access-control.memory_bytes");
}

import { Counter, Gauge } from "meltemi/assembly";

/** What the filter counts; the README has the list. */
export class Metrics {
  allowed: Counter = Counter.define("meltemi.jwt-auth.allowed");
  denied: Counter = Counter.define("meltemi.jwt-auth.denied");
  cacheHits: Counter = Counter.define("meltemi.jwt-auth.cache_hits");
  fetches: Counter = Counter.define("meltemi.jwt-auth.jwks_fetches");
  fetchFailures: Counter = Counter.define("meltemi.jwt-auth.jwks_failures");
  waiting: Gauge = Gauge.define("meltemi.jwt-auth.waiting");
  memoryBytes: Gauge = Gauge.define("meltemi.jwt-auth.memory_bytes");
}

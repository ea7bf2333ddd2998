import { BucketHistogram } from "./histogram.js";
import type { Counter, Gauge, Scope } from "./types.js";

class PlainCounter implements Counter {
  value = 0;
  constructor(readonly name: string) {}
  inc(by = 1): void {
    this.value += by;
  }
}

class PlainGauge implements Gauge {
  value = 0;
  constructor(readonly name: string) {}
  inc(by = 1): void {
    this.value += by;
  }
  dec(by = 1): void {
    this.value -= by;
  }
  set(value: number): void {
    this.value = value;
  }
}

/** All stats of a host, by full name. */
export class StatsStore implements Scope {
  readonly prefix = "";
  readonly counters = new Map<string, Counter>();
  readonly gauges = new Map<string, Gauge>();
  readonly histograms = new Map<string, BucketHistogram>();

  counter(name: string): Counter {
    return getOrMake(this.counters, name, () => new PlainCounter(name));
  }

  gauge(name: string): Gauge {
    return getOrMake(this.gauges, name, () => new PlainGauge(name));
  }

  histogram(name: string): BucketHistogram {
    return getOrMake(this.histograms, name, () => new BucketHistogram(name));
  }

  scope(prefix: string): Scope {
    return new PrefixScope(this, prefix.endsWith(".") ? prefix : `${prefix}.`);
  }
}

class PrefixScope implements Scope {
  constructor(
    private readonly store: StatsStore,
    readonly prefix: string,
  ) {}

  counter(name: string): Counter {
    return this.store.counter(this.prefix + name);
  }

  gauge(name: string): Gauge {
    return this.store.gauge(this.prefix + name);
  }

  histogram(name: string): BucketHistogram {
    return this.store.histogram(this.prefix + name);
  }

  scope(prefix: string): Scope {
    return new PrefixScope(this.store, this.prefix + (prefix.endsWith(".") ? prefix : `${prefix}.`));
  }
}

function getOrMake<V>(map: Map<string, V>, name: string, make: () => V): V {
  const there = map.get(name);
  if (there !== undefined) return there;
  const made = make();
  map.set(name, made);
  return made;
}

import {
  MetricType,
  proxy_define_metric,
  proxy_get_metric,
  proxy_increment_metric,
  proxy_record_metric,
  RESULT,
  Status,
} from "../abi";

/**
 * A metric of the proxy; its name is one for all VMs, so defining it again gives the same one. Envoy shows it as
 * `wasmcustom.<name>`.
 */
export abstract class Metric {
  protected readonly id: u32;

  constructor(type: MetricType, name: string) {
    const bytes = String.UTF8.encode(name);
    const status = proxy_define_metric(type, changetype<usize>(bytes), bytes.byteLength, RESULT);
    this.id = status == Status.Ok ? load<u32>(RESULT) : u32.MAX_VALUE;
  }

  /** What the proxy holds now; zero where it does not know the metric. */
  get value(): u64 {
    return proxy_get_metric(this.id, RESULT) == Status.Ok ? load<u64>(RESULT) : 0;
  }
}

/** Only ever grows. Not to be counted in `onConfigure`, which runs in several VMs. */
export class Counter extends Metric {
  /** The counter of this name. */
  static define(name: string): Counter {
    return new Counter(MetricType.Counter, name);
  }

  /** Counts `by` more. */
  increment(by: i64 = 1): void {
    proxy_increment_metric(this.id, by);
  }
}

/** Goes up and down. */
export class Gauge extends Metric {
  /** The gauge of this name. */
  static define(name: string): Gauge {
    return new Gauge(MetricType.Gauge, name);
  }

  /** Moves it by so much; negative: down. */
  add(by: i64): void {
    proxy_increment_metric(this.id, by);
  }

  /** Sets it. */
  record(value: u64): void {
    proxy_record_metric(this.id, value);
  }
}

/** The distribution of what is recorded. */
export class Histogram extends Metric {
  /** The histogram of this name. */
  static define(name: string): Histogram {
    return new Histogram(MetricType.Histogram, name);
  }

  /** One more value of the distribution. */
  record(value: u64): void {
    proxy_record_metric(this.id, value);
  }
}

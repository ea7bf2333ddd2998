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

  get value(): u64 {
    return proxy_get_metric(this.id, RESULT) == Status.Ok ? load<u64>(RESULT) : 0;
  }
}

/** Only ever grows. Not to be counted in `onConfigure`, which runs in several VMs. */
export class Counter extends Metric {
  static define(name: string): Counter {
    return new Counter(MetricType.Counter, name);
  }

  increment(by: i64 = 1): void {
    proxy_increment_metric(this.id, by);
  }
}

export class Gauge extends Metric {
  static define(name: string): Gauge {
    return new Gauge(MetricType.Gauge, name);
  }

  add(by: i64): void {
    proxy_increment_metric(this.id, by);
  }

  record(value: u64): void {
    proxy_record_metric(this.id, value);
  }
}

export class Histogram extends Metric {
  static define(name: string): Histogram {
    return new Histogram(MetricType.Histogram, name);
  }

  record(value: u64): void {
    proxy_record_metric(this.id, value);
  }
}

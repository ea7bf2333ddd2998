import { MetricType, Status } from "../abi.js";
import type { MetricSink } from "../services.js";

type Counter = ReturnType<MetricSink["counter"]>;
type Gauge = ReturnType<MetricSink["gauge"]>;
type Histogram = ReturnType<MetricSink["histogram"]>;
type Metric =
  | { readonly type: MetricType.Counter; readonly metric: Counter }
  | { readonly type: MetricType.Gauge; readonly metric: Gauge }
  | { readonly type: MetricType.Histogram; readonly metric: Histogram };

/** Ids carry the type in their two lowest bits and step by 4. */
const TYPE_BITS = 3;
const STEP = 4;

/** Metric ids of one VM; what they count lives in the sink, by name. */
export class MetricTable {
  readonly #metrics = new Map<number, Metric>();
  readonly #next = [STEP + MetricType.Counter, STEP + MetricType.Gauge, STEP + MetricType.Histogram];

  constructor(private readonly sink: MetricSink) {}

  /** A new id each time, the same metric for the same name; undefined for a type that there is not. */
  define(type: number, name: string): number | undefined {
    const id = this.#next[type];
    if (id === undefined) return undefined;
    this.#next[type] = id + STEP;
    this.#metrics.set(id, this.#metric(type, name));
    return id;
  }

  increment(id: number, by: bigint): Status {
    const found = this.#metrics.get(id);
    if (found?.type === MetricType.Counter) {
      if (by <= 0n) return Status.BadArgument;
      found.metric.add(by);
      return Status.Ok;
    }
    if (found?.type === MetricType.Gauge) {
      found.metric.add(by);
      return Status.Ok;
    }
    return this.#missing(id);
  }

  /** `value` is unsigned: 64 bits as they are. */
  record(id: number, value: bigint): Status {
    const found = this.#metrics.get(id);
    if (!found) return Status.NotFound;
    const unsigned = BigInt.asUintN(64, value);
    if (found.type === MetricType.Counter) found.metric.add(unsigned);
    else if (found.type === MetricType.Gauge) found.metric.set(unsigned);
    else found.metric.record(unsigned);
    return Status.Ok;
  }

  get(id: number): bigint | Status {
    const found = this.#metrics.get(id);
    if (!found || found.type === MetricType.Histogram) return this.#missing(id);
    return found.metric.value();
  }

  #missing(id: number): Status {
    const type = id & TYPE_BITS;
    return type === MetricType.Counter || type === MetricType.Gauge ? Status.NotFound : Status.BadArgument;
  }

  #metric(type: MetricType, name: string): Metric {
    if (type === MetricType.Counter) return { type, metric: this.sink.counter(name) };
    if (type === MetricType.Gauge) return { type, metric: this.sink.gauge(name) };
    return { type, metric: this.sink.histogram(name) };
  }
}

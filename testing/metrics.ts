import type { MetricSink } from "../host/vm/index.js";

/** What modules counted, by the names that they gave. */
export class TestMetrics implements MetricSink {
  readonly #values = new Map<string, bigint>();
  readonly #records = new Map<string, bigint[]>();

  /** The counter of this name, for the host. */
  counter(name: string) {
    const value = this.#cell(name);
    return { add: value.add, value: value.read };
  }

  /** The gauge of this name, for the host. */
  gauge(name: string) {
    const value = this.#cell(name);
    return { add: value.add, set: value.set, value: value.read };
  }

  /** The histogram of this name, for the host. */
  histogram(name: string) {
    const records = this.#records.get(name) ?? [];
    this.#records.set(name, records);
    return { record: (value: bigint) => void records.push(value) };
  }

  /** A counter's or gauge's value; undefined where no module defined it. */
  value(name: string): bigint | undefined {
    return this.#values.get(name);
  }

  /** What a histogram was given, in order; undefined where no module defined it. */
  records(name: string): readonly bigint[] | undefined {
    return this.#records.get(name);
  }

  /** One line a metric, by name. */
  toString(): string {
    const values = [...this.#values].map(([name, value]) => `${name} ${value}`);
    const records = [...this.#records].map(([name, list]) => `${name} [${list.join(" ")}]`);
    return [...values, ...records].sort().join("\n");
  }

  #cell(name: string) {
    if (!this.#values.has(name)) this.#values.set(name, 0n);
    const read = () => this.#values.get(name) ?? 0n;
    const set = (to: bigint) => void this.#values.set(name, to);
    return { read, set, add: (by: bigint) => set(read() + by) };
  }
}

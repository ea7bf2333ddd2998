import type { Histogram } from "./types.js";

/** The upper bounds that Envoy's Prometheus output uses. */
export const BUCKETS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** A histogram with Envoy's default buckets. */
export class BucketHistogram implements Histogram {
  /** Values at or below each bound of BUCKETS; what lies above is only in `count`. */
  readonly buckets: number[] = BUCKETS.map(() => 0);
  count = 0;
  sum = 0;

  constructor(readonly name: string) {}

  record(value: number): void {
    this.count += 1;
    this.sum += value;
    const index = BUCKETS.findIndex((bound) => value <= bound);
    if (index >= 0) this.buckets[index] = (this.buckets[index] ?? 0) + 1;
  }

  /** The bound below which `share` (0 … 1) of the values lie; NaN without values. */
  quantile(share: number): number {
    if (this.count === 0) return Number.NaN;
    let seen = 0;
    for (const [index, bound] of BUCKETS.entries()) {
      seen += this.buckets[index] ?? 0;
      if (seen >= share * this.count) return bound;
    }
    return Number.POSITIVE_INFINITY;
  }
}

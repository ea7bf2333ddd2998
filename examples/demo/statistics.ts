/** Deviations that a fair split shows once in ten thousand runs. */
const UNLIKELY = 3.72;

/** Whether counts may come from these weights, by Pearson's χ² test in the approximation of Wilson and Hilferty. */
export function fairSplit(counts: readonly number[], weights: readonly number[]): boolean {
  const total = sum(counts);
  const weight = sum(weights);
  if (counts.some((count, index) => count > 0 && weights[index] === 0)) return false;
  const parts = counts.flatMap((count, index) => {
    const expected = (total * (weights[index] ?? 0)) / weight;
    return expected === 0 ? [] : [(count - expected) ** 2 / expected];
  });
  const freedom = parts.length - 1;
  if (freedom < 1 || total === 0) return true;
  const variance = 2 / (9 * freedom);
  return (Math.cbrt(sum(parts) / freedom) - (1 - variance)) / Math.sqrt(variance) < UNLIKELY;
}

/** Whether so many of all may be a share of this size; all or none of them must be exact. */
export function fairShare(count: number, total: number, share: number): boolean {
  if (share <= 0 || share >= 1) return count === Math.round(total * Math.min(1, Math.max(0, share)));
  return fairSplit([count, total - count], [share, 1 - share]);
}

/** The value below which a share of the sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The run in the middle by CPU, figures of one run together; of an even number the higher of the two. */
export function median<T extends { readonly cpuPerRequestUs: number }>(runs: readonly T[]): T {
  const middle = [...runs].sort((a, b) => a.cpuPerRequestUs - b.cpuPerRequestUs)[runs.length >> 1];
  if (middle === undefined) throw new Error("no runs");
  return middle;
}

/** The distance between the cheapest run and the dearest, as a share of the median. */
export function spread(runs: readonly { readonly cpuPerRequestUs: number }[]): number {
  const costs = runs.map((run) => run.cpuPerRequestUs);
  return (Math.max(...costs) - Math.min(...costs)) / median(runs).cpuPerRequestUs;
}

/** The value that this share of them does not pass; of none, zero. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** To two digits that count, and whole from ten on: 0.52, 1.4, 12, 243. */
export function rounded(value: number): string {
  return `${Number(value >= 10 ? value.toFixed(0) : value.toPrecision(2))}`;
}

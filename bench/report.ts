import type { Measurement } from "./path.js";

const KIB = 1000;

/** A table of all measurements, each with its ratio to Envoy's C++ codec where that was measured too. */
export function report(measurements: readonly Measurement[]): void {
  const rows = measurements.map((one) => {
    const cpp = measurements.find((other) => other.path === "cpp" && sameLoad(one, other));
    return {
      path: one.path,
      KB: one.bytes / KIB,
      depth: one.depth,
      "CPU µs/request": one.cpuPerRequestUs,
      "× C++ codec": cpp ? Number((one.cpuPerRequestUs / cpp.cpuPerRequestUs).toFixed(2)) : undefined,
      "requests/s": one.requestsPerSecond,
    };
  });
  console.table(rows);
}

function sameLoad(one: Measurement, other: Measurement): boolean {
  return one.bytes === other.bytes && one.depth === other.depth && one.connections === other.connections;
}

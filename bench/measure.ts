import type { Load, Measurement } from "./measurement.js";
import type { Scenario } from "./scenario.js";
import type { Site } from "./site.js";
import { median, spread } from "./statistics.js";

/** How long and how often. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
}

/** Every load on every path in turn, round after round; for each the median. */
export async function measure(
  protocol: string,
  scenario: Scenario,
  loads: readonly Load[],
  site: Site,
  { rounds, seconds }: Effort,
): Promise<Measurement[]> {
  const paths = await scenario.start(site);
  const results: Measurement[] = [];
  for (const load of loads) {
    const runs = paths.map((): Measurement[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { path, target, drive }] of paths.entries()) {
        const figures = await drive(target, load, seconds);
        runs[i]?.push({ path, protocol, ...load, ...figures });
      }
    }
    for (const measured of runs) {
      const middle = median(measured);
      const apart = `±${Math.round(spread(measured) * 50)} %`;
      console.log(
        `${protocol} ${load.bytes} B, depth ${load.depth}, ${middle.path}: ${middle.cpuPerRequestUs} µs ${apart}`,
      );
      results.push(middle);
    }
  }
  return results;
}

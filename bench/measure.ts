import type { Load, Measurement } from "./measurement.js";
import type { Scenario } from "./scenario.js";
import type { Site } from "./site.js";
import { median, spread } from "./statistics.js";

/** How long and how often. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
}

/**
 * V8 compiles a module's functions anew once they have run often: for so long a path runs before it counts, in seconds.
 * In a single round, which is no more than a look, not at all.
 */
const WARM_UP = 2;

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
  const warm = new Set<string>();
  for (const load of loads) {
    const runs = paths.map((): Measurement[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { path, target, drive, takes }] of paths.entries()) {
        if (takes !== undefined && !takes(load)) continue;
        const way = `${path}, ${load.streams}`;
        // What fails here fails below too, where it is told.
        if (rounds > 1 && !warm.has(way)) await drive(target, load, WARM_UP).catch(() => undefined);
        warm.add(way);
        const figures = await drive(target, load, seconds).catch((error: unknown) => {
          // Some refuse what others bear: the C++ Dubbo codec closes on large frames, a lane on what passes its bounds.
          console.log(`${protocol} ${load.bytes} B, depth ${load.depth}, ${path}: failed, ${lastLine(error)}`);
        });
        if (figures) runs[i]?.push({ path, protocol, ...load, ...figures });
      }
    }
    for (const measured of runs) {
      if (measured.length === 0) continue;
      const middle = median(measured);
      const keys = load.keys === undefined ? "" : `, ${load.keys} keys`;
      const streams = load.streams === undefined ? "" : `, streams ${load.streams}`;
      const apart = `±${Math.round(spread(measured) * 50)} %`;
      console.log(
        `${protocol} ${load.bytes} B, depth ${load.depth} × ${load.connections}${keys}${streams}, ${middle.path}: ${middle.cpuPerRequestUs} µs ${apart}`,
      );
      results.push(middle);
    }
  }
  return results;
}

/** What a load client said last, which is why it ended. */
function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}

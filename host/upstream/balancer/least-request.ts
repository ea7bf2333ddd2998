import type { HostSet, LiveEndpoint } from "../endpoints/index.js";
import { EdfSchedule } from "./edf.js";
import { sameWeights } from "./round-robin.js";
import type { LevelBalancer } from "./types.js";

/**
 * Of `choices` random candidates the one with the fewest active requests. With different weights: by schedule, with
 * weight / (active + 1)^bias, as Envoy describes its weighted least request.
 */
export class LeastRequest implements LevelBalancer {
  private hosts: readonly LiveEndpoint[] = [];
  private schedule: EdfSchedule<LiveEndpoint> | undefined;

  constructor(
    private readonly choices: number,
    private readonly bias: number,
  ) {}

  update(hosts: HostSet): void {
    this.hosts = hosts.candidates;
    this.schedule = sameWeights(this.hosts)
      ? undefined
      : new EdfSchedule(this.hosts, ({ weight, stats }) => weight / (stats.rqActive + 1) ** this.bias);
  }

  pick(): LiveEndpoint | undefined {
    if (this.schedule !== undefined) return this.schedule.next();
    let best: LiveEndpoint | undefined;
    for (let choice = 0; choice < this.choices; choice++) {
      const host = this.hosts[Math.floor(Math.random() * this.hosts.length)];
      if (best === undefined || (host !== undefined && host.stats.rqActive < best.stats.rqActive)) best = host;
    }
    return best;
  }
}

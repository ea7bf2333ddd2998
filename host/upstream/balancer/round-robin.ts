import type { HostSet, LiveEndpoint } from "../endpoints/index.js";
import { EdfSchedule } from "./edf.js";
import type { LevelBalancer } from "./types.js";

/** In turn; by weight where the weights differ. */
export class RoundRobin implements LevelBalancer {
  private hosts: readonly LiveEndpoint[] = [];
  private schedule: EdfSchedule<LiveEndpoint> | undefined;
  private turn = Math.floor(Math.random() * 1024);

  update(hosts: HostSet): void {
    this.hosts = hosts.candidates;
    this.schedule = sameWeights(this.hosts) ? undefined : new EdfSchedule(this.hosts, ({ weight }) => weight);
  }

  pick(): LiveEndpoint | undefined {
    if (this.schedule !== undefined) return this.schedule.next();
    return this.hosts.length === 0 ? undefined : this.hosts[this.turn++ % this.hosts.length];
  }
}

/** Whether all endpoints have one weight, so that none need be looked at. */
export function sameWeights(hosts: readonly LiveEndpoint[]): boolean {
  return hosts.every(({ weight }) => weight === hosts[0]?.weight);
}

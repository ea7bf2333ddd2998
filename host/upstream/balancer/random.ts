import type { HostSet, LiveEndpoint } from "../endpoints/index.js";
import type { LevelBalancer } from "./types.js";

/** Any candidate, weights not looked at (as in Envoy). */
export class RandomChoice implements LevelBalancer {
  private hosts: readonly LiveEndpoint[] = [];

  update(hosts: HostSet): void {
    this.hosts = hosts.candidates;
  }

  pick(): LiveEndpoint | undefined {
    return this.hosts[Math.floor(Math.random() * this.hosts.length)];
  }
}

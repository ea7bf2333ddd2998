import type { LiveEndpoint, PrioritySet } from "../endpoints/index.js";
import type { LoadBalancerContext } from "../types.js";
import type { Balancer } from "./types.js";

/**
 * The subset policy without metadata criteria, which this host's routes do not have: so always its fallback. NO_FALLBACK
 * is a balancer that never chooses.
 */
export class SubsetFallback implements Balancer {
  constructor(private readonly any: Balancer | undefined) {}

  update(hosts: PrioritySet): void {
    this.any?.update(hosts);
  }

  pick(context: LoadBalancerContext): LiveEndpoint | undefined {
    return this.any?.pick(context);
  }
}

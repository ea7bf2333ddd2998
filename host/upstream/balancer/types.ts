import type { HostSet, LiveEndpoint } from "../endpoints/index.js";
import type { LoadBalancerContext } from "../types.js";

/** Chooses among a host set. Told of each new set before it is asked to choose from it. */
export interface Balancer {
  update(hosts: HostSet): void;
  pick(context: LoadBalancerContext): LiveEndpoint | undefined;
}

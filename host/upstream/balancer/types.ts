import type { HostSet, LiveEndpoint, PrioritySet } from "../endpoints/index.js";
import type { LoadBalancerContext } from "../types.js";

/** Chooses among a cluster's endpoints. Told of each new set before it is asked to choose from it. */
export interface Balancer {
  update(hosts: PrioritySet): void;
  pick(context: LoadBalancerContext): LiveEndpoint | undefined;
}

/** The same among the endpoints of one priority. */
export interface LevelBalancer {
  update(hosts: HostSet): void;
  pick(context: LoadBalancerContext): LiveEndpoint | undefined;
}

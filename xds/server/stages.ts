import { TypeUrl } from "../type-urls.js";

/** One step of a push. */
export interface Stage {
  readonly typeUrl: string;
  /** Whether resources that exist no longer are taken away in this step, or left until a later one. */
  readonly removals: boolean;
  /** Whether what was sent so far must be answered before this step is taken. */
  readonly waits: boolean;
}

/**
 * The order in which a change reaches a proxy, so that nothing points at what is not there yet or is there no longer:
 * clusters and their endpoints, listeners, routes, filters, and last the removal of what nothing points at now.
 *
 * Endpoints do not wait for the clusters' answer: Envoy holds that back until changed clusters are warm, which takes
 * their endpoints. Listeners are removed at once, because a new one may need the address of an old one. Routes precede
 * filters: a filter that reads route metadata must not act on routes older than itself.
 */
export const CLUSTER_STAGES: readonly Stage[] = [
  { typeUrl: TypeUrl.Cluster, removals: false, waits: false },
  { typeUrl: TypeUrl.Endpoint, removals: false, waits: false },
];

/** What follows once clusters are in place. */
export const LATER_STAGES: readonly Stage[] = [
  { typeUrl: TypeUrl.Listener, removals: true, waits: true },
  { typeUrl: TypeUrl.Route, removals: false, waits: true },
  { typeUrl: TypeUrl.ExtensionConfig, removals: false, waits: true },
  { typeUrl: TypeUrl.Cluster, removals: true, waits: true },
  { typeUrl: TypeUrl.Endpoint, removals: true, waits: false },
  { typeUrl: TypeUrl.Route, removals: true, waits: false },
  { typeUrl: TypeUrl.ExtensionConfig, removals: true, waits: false },
];

const ORDERED: ReadonlySet<string> = new Set([...CLUSTER_STAGES, ...LATER_STAGES].map(({ typeUrl }) => typeUrl));

/** Whether a type has its place in this order; others, secrets for one, are sent as they come. */
export function isOrdered(typeUrl: string): boolean {
  return ORDERED.has(typeUrl);
}

const CLUSTERS: ReadonlySet<string> = new Set([TypeUrl.Cluster, TypeUrl.Endpoint]);

/** Whether a type makes up clusters, on which all other ordered types rest. */
export function isClusters(typeUrl: string): boolean {
  return CLUSTERS.has(typeUrl);
}

/** Whether resources of a type may lead to clusters. */
export function restsOnClusters(typeUrl: string): boolean {
  return isOrdered(typeUrl) && !isClusters(typeUrl);
}

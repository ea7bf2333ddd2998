export type { ClusterRecord } from "./cluster-updates.js";
export { Discovery, type DiscoveryOptions } from "./discovery.js";
export type { ListenerRecord } from "./listener-updates.js";

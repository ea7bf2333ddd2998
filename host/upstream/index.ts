export { CONNECT_FAILURE_DETAILS } from "./close-details.js";
export type { InternalConnect } from "./connect.js";
export { endpointName } from "./endpoints/index.js";
export { FAILURE_TEXT, failureBody, failureDetails } from "./failure-text.js";
export { type ClusterContext, LiveCluster } from "./live-cluster.js";
export { localAddressOf } from "./local-address.js";
export { LiveClusterManager } from "./manager.js";
export type * from "./types.js";

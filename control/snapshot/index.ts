export { diff, type TypeDifference } from "./diff.js";
export { snapshotOf } from "./from-resources.js";
export { resourceOf, Snapshot, type SnapshotResource } from "./snapshot.js";

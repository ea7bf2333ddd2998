export { MetricTable } from "./metrics.js";
export { SharedData } from "./shared-data.js";
export { SharedQueues } from "./shared-queues.js";
export { systemClock, type VmState, WorkerState } from "./worker-state.js";

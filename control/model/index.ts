export { buildModel, type ModelOptions } from "./build.js";
export { inboundHosts, modelBeside } from "./sides.js";
export { NOWHERE, type Standpoint } from "./standpoint.js";
export type * from "./telemetry-types.js";
export type * from "./types.js";

export { type BootstrapOptions, type BootstrapTls, bootstrap, RUNTIME_LAYER } from "./bootstrap/index.js";
export type * from "./model/index.js";
export { formatProblem, type Place, type Problem } from "./source/index.js";
export { type Control, type ControlOptions, startControl } from "./start.js";
export { readStatus, type ServiceStatus, type StatusOptions } from "./status.js";
export {
  MOST_PAYLOAD,
  type TapEvent,
  type TapMatch,
  type TapRecord,
  type TapRequest,
  type TapWatch,
  watchTap,
} from "./tap/index.js";

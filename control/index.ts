export { type BootstrapOptions, bootstrap } from "./bootstrap/index.js";
export type { Model, Service } from "./model/index.js";
export { type Control, type ControlOptions, startControl } from "./start.js";

export { flatten } from "./flatten.js";
export { Runtime, type RuntimeSource } from "./runtime.js";

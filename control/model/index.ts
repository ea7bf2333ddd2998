export { buildModel, type ModelOptions } from "./build.js";
export type * from "./types.js";

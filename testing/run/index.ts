export { compilerOf } from "./build.js";
export type { Address } from "./resources.js";
export { type Running, type RunOptions, runModule } from "./run.js";

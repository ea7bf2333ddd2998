export { compilerOf } from "./build.js";
export { isReady, type RunningEnvoy, startEnvoy } from "./envoy.js";
export { codecFile, type FollowedSource, followSource } from "./follow-source.js";
export type { Address } from "./resources.js";
export { type Running, type RunOptions, runModule } from "./run.js";

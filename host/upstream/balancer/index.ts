export { buildBalancer } from "./build.js";
export type { Balancer } from "./types.js";

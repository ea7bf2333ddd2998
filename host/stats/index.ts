export { prometheusText, statsJson, statsText } from "./format.js";
export { StatsStore } from "./store.js";
export type * from "./types.js";

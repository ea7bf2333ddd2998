export { prometheusText, statsJson, statsText } from "./format.js";
export { StatsStore } from "./store.js";
export { readStatTags, type StatTag } from "./tags.js";
export type * from "./types.js";

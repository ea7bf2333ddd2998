export { LateCounter } from "./late-counter";
export { NamedCounters } from "./named-counters";

export type { Arrival, Attributes, Call, Entry } from "./calls.js";
export { type Client, type Example, type ExampleOptions, runExample } from "./example.js";
export { main } from "./main.js";
export { addressOf, backendName, nameOf } from "./names.js";
export { type RunningProxy, startProxy, untilServed } from "./proxy.js";
export { Screen } from "./screen.js";
export { table } from "./table.js";
export { type Finding, verdict } from "./verdict.js";

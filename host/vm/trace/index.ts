export { EnvoyLogTrace, type LoggedEvent } from "./envoy-log.js";
export { type TraceEvent, Tracer } from "./tracer.js";

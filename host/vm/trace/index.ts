export { type TraceEvent, Tracer } from "./tracer.js";

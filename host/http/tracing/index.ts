export type { RequestSpan, StartSpan } from "./request-span.js";
export { compileTracing } from "./tracing.js";

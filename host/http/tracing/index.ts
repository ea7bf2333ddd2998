export type { RequestSpan, StartSpan } from "./request-span.js";
export { compileRouteTracing, ROUTE_TRACING_FIELDS, type RouteTracing } from "./route-tracing.js";
export { compileTracing } from "./tracing.js";

export { ROUTE_FIELDS } from "./fields.js";
export type { FormatContext, Formatter } from "./format.js";
export { compileFormat } from "./format.js";
export { compileJsonFormat } from "./json-format.js";
export { compileRouteTable } from "./route-table.js";
export type { RouteTracing } from "./route-tracing.js";
export type {
  DirectResponse,
  FilterConfig,
  ForwardAction,
  MirrorPolicy,
  Redirect,
  RetryPolicy,
  Route,
  RouteAction,
  RouteTable,
  VirtualHost,
} from "./types.js";

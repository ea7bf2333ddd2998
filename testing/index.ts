export { HeaderMap } from "../host/http/headers/index.js";
export {
  type ForeignFunction,
  type LocalResponse,
  LogLevel,
  ofMessage,
  type Plugin,
  Status,
} from "../host/vm/index.js";
export type { BytesInit } from "./bytes.js";
export { FakeClock } from "./clock.js";
export { type ConnectionOptions, TestConnection } from "./connection.js";
export { type StateValue, TestFilterState } from "./filter-state.js";
export { GrpcCallout, GrpcCallouts } from "./grpc-callouts.js";
export type { HeadersInit } from "./headers.js";
export { type LoadOptions, type ModuleSource, TestHost, type TestHostOptions } from "./host.js";
export { type CalloutAnswer, HttpCallout, HttpCallouts } from "./http-callouts.js";
export { HttpExchange, type HttpOptions, type Parts } from "./http-exchange.js";
export { type LogLine, Logs } from "./logs.js";
export { type Matched, matchers } from "./matchers.js";
export { Message } from "./message.js";
export { TestMetrics } from "./metrics.js";
export { TestModule } from "./module.js";
export type { Properties, PropertyInit } from "./properties.js";

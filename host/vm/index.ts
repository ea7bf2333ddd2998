export {
  BufferType,
  DataStatus,
  HeadersStatus,
  LogLevel,
  MapType,
  MetricType,
  NetworkStatus,
  PeerType,
  Status,
  StreamType,
  TrailersStatus,
} from "./abi.js";
export type * from "./data.js";
export { AbiVersion, type Export, type Import, type Limits, longType } from "./module/index.js";
export { createVmRegistry, type Inspection, inspectModule } from "./plugins/index.js";
export { ofJson, ofMessage } from "./properties/index.js";
export type {
  PropertyList,
  PropertyMap,
  PropertyMessage,
  PropertyNamespace,
  PropertyNode,
  PropertyNumber,
  PropertyValue,
} from "./property-value.js";
export type * from "./services.js";
export { SourceMap, sourceMapBeside } from "./source/index.js";
export { EnvoyLogTrace, type LoggedEvent, type TraceEvent } from "./trace/index.js";
export type * from "./types.js";

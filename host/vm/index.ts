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
export { ByteBuffer } from "./byte-buffer.js";
export { type Header, HeaderMap } from "./header-map.js";
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
export type * from "./types.js";

// The numbers of the proxy-wasm ABI 0.2.1, by its names.

/** Result of a host call (proxy-wasm: `proxy_status_t`). */
export enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  SerializationFailure = 3,
  ParseFailure = 4,
  BadExpression = 5,
  InvalidMemoryAccess = 6,
  Empty = 7,
  CasMismatch = 8,
  ResultMismatch = 9,
  InternalFailure = 10,
  BrokenConnection = 11,
  Unimplemented = 12,
}

/** How loud a line of the log is (proxy-wasm 0.2.1: `proxy_log_level_t`). */
export enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

/** What a network filter answers. */
export enum FilterStatus {
  Continue = 0,
  StopIteration = 1,
}

/** What an HTTP filter answers to headers (Envoy's proxy-wasm C++ SDK: `FilterHeadersStatus`). */
export enum FilterHeadersStatus {
  Continue = 0,
  StopIteration = 1,
  ContinueAndEndStream = 2,
  StopAllIterationAndBuffer = 3,
  StopAllIterationAndWatermark = 4,
}

/** What an HTTP filter answers to part of a body (Envoy's proxy-wasm C++ SDK: `FilterDataStatus`). */
export enum FilterDataStatus {
  Continue = 0,
  StopIterationAndBuffer = 1,
  StopIterationAndWatermark = 2,
  StopIterationNoBuffer = 3,
}

/** What an HTTP filter answers to trailers (Envoy's proxy-wasm C++ SDK: `FilterTrailersStatus`). */
export enum FilterTrailersStatus {
  Continue = 0,
  StopIteration = 1,
}

/** Which bytes are meant (proxy-wasm 0.2.1: `proxy_buffer_type_t`). */
export enum BufferType {
  HttpRequestBody = 0,
  HttpResponseBody = 1,
  DownstreamData = 2,
  UpstreamData = 3,
  HttpCallResponseBody = 4,
  GrpcReceiveBuffer = 5,
  VmConfiguration = 6,
  PluginConfiguration = 7,
  CallData = 8,
}

/** Which header map is meant (proxy-wasm 0.2.1: `proxy_map_type_t`). */
export enum HeaderMapType {
  HttpRequestHeaders = 0,
  HttpRequestTrailers = 1,
  HttpResponseHeaders = 2,
  HttpResponseTrailers = 3,
  GrpcReceiveInitialMetadata = 4,
  GrpcReceiveTrailingMetadata = 5,
  HttpCallResponseHeaders = 6,
  HttpCallResponseTrailers = 7,
}

/** Which stream is meant (proxy-wasm 0.2.1: `proxy_stream_type_t`). */
export enum StreamType {
  HttpRequest = 0,
  HttpResponse = 1,
  Downstream = 2,
  Upstream = 3,
}

/** Who closed a connection (proxy-wasm: `proxy_peer_type_t`). */
export enum PeerType {
  Unknown = 0,
  Local = 1,
  Remote = 2,
}

export enum MetricType {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}

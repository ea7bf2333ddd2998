/** Numbers of the proxy-wasm ABI (0.2.1), named as in its specification. */

/** What a host call answers. */
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

/** How severe a line of the log is, as `proxy_log` numbers it. */
export enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

export enum StreamType {
  HttpRequest = 0,
  HttpResponse = 1,
  Downstream = 2,
  Upstream = 3,
}

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

export enum MapType {
  HttpRequestHeaders = 0,
  HttpRequestTrailers = 1,
  HttpResponseHeaders = 2,
  HttpResponseTrailers = 3,
  GrpcReceiveInitialMetadata = 4,
  GrpcReceiveTrailingMetadata = 5,
  HttpCallResponseHeaders = 6,
  HttpCallResponseTrailers = 7,
}

export enum MetricType {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}

/** Who closed a TCP connection. */
export enum PeerType {
  Unknown = 0,
  Local = 1,
  Remote = 2,
}

/** What a filter chain does after a headers callback (Envoy's FilterHeadersStatus). */
export enum HeadersStatus {
  Continue = 0,
  StopIteration = 1,
  ContinueAndEndStream = 2,
  StopAllIterationAndBuffer = 3,
  StopAllIterationAndWatermark = 4,
}

/** What a filter chain does after a body callback (Envoy's FilterDataStatus). */
export enum DataStatus {
  Continue = 0,
  /** Keep the data; the next call passes everything kept so far, the new data at its end. */
  StopIterationAndBuffer = 1,
  /** As `StopIterationAndBuffer`, and stop reading from the peer while over the buffer limit. */
  StopIterationAndWatermark = 2,
  /** The data of this call is dropped. */
  StopIterationNoBuffer = 3,
}

/** What a filter chain does after a trailers callback. */
export enum TrailersStatus {
  Continue = 0,
  StopIteration = 1,
}

/** What a network filter chain does after a callback. */
export enum NetworkStatus {
  Continue = 0,
  StopIteration = 1,
}

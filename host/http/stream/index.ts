export { ActiveStream, ipOf } from "./active-stream.js";
export { type CidrSet, compileCidrs } from "./cidr.js";
export type { RequestHeaderOptions } from "./request-headers.js";
export type { ResponseHeaderOptions } from "./response-headers.js";
export { type HttpStats, httpStats } from "./stats.js";
export type {
  CodecStream,
  CodecStreamHandler,
  HttpStreamInfo,
  RouterHost,
  StreamConfig,
  StreamContext,
  TerminalFilter,
} from "./types.js";

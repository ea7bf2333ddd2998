import { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus } from "../abi";
import { Context } from "./context";

/** One request and its response in an HTTP filter. */
export abstract class HttpContext extends Context {
  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    return FilterHeadersStatus.Continue;
  }

  /** Part of the body, in `BufferType.HttpRequestBody`; cumulative where an earlier call stopped and buffered. */
  onRequestBody(size: i32, endOfStream: bool): FilterDataStatus {
    return FilterDataStatus.Continue;
  }

  onRequestTrailers(count: i32): FilterTrailersStatus {
    return FilterTrailersStatus.Continue;
  }

  onResponseHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    return FilterHeadersStatus.Continue;
  }

  onResponseBody(size: i32, endOfStream: bool): FilterDataStatus {
    return FilterDataStatus.Continue;
  }

  onResponseTrailers(count: i32): FilterTrailersStatus {
    return FilterTrailersStatus.Continue;
  }
}

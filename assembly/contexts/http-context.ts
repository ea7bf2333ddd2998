import { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus } from "../abi";
import { Context } from "./context";

/** One request and its response in an HTTP filter. */
export abstract class HttpContext extends Context {
  /** The request's headers, `count` of them, in `HeaderMapType.HttpRequestHeaders`. */
  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    return FilterHeadersStatus.Continue;
  }

  /** Part of the body, in `BufferType.HttpRequestBody`; cumulative where an earlier call stopped and buffered. */
  onRequestBody(size: i32, endOfStream: bool): FilterDataStatus {
    return FilterDataStatus.Continue;
  }

  /** The request's trailers, `count` of them, in `HeaderMapType.HttpRequestTrailers`. */
  onRequestTrailers(count: i32): FilterTrailersStatus {
    return FilterTrailersStatus.Continue;
  }

  /** The response's headers, `count` of them, in `HeaderMapType.HttpResponseHeaders`. Local replies come here too. */
  onResponseHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    return FilterHeadersStatus.Continue;
  }

  /** As `onRequestBody`, of the response, in `BufferType.HttpResponseBody`. */
  onResponseBody(size: i32, endOfStream: bool): FilterDataStatus {
    return FilterDataStatus.Continue;
  }

  /** The response's trailers, `count` of them, in `HeaderMapType.HttpResponseTrailers`. */
  onResponseTrailers(count: i32): FilterTrailersStatus {
    return FilterTrailersStatus.Continue;
  }
}

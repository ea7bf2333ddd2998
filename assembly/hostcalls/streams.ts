import {
  proxy_close_stream,
  proxy_continue_stream,
  proxy_done,
  proxy_send_local_response,
  proxy_set_effective_context,
  Status,
  StreamType,
} from "../abi";
import { Slice } from "../bytes";

/** Lets a stream that was stopped go on. Envoy does not have it for `Upstream`. */
export function continueStream(type: StreamType): Status {
  return proxy_continue_stream(type);
}

/** Closes a connection, or resets an HTTP stream. */
export function closeStream(type: StreamType): Status {
  return proxy_close_stream(type);
}

/** Makes host calls act on another context, as a tick that answers a waiting stream needs; until the callback ends. */
export function setEffectiveContext(id: i32): Status {
  return proxy_set_effective_context(id);
}

/** Tells the host that a context whose `onDone` answered false has now finished. */
export function contextDone(): Status {
  return proxy_done();
}

/**
 * Answers an HTTP request in the upstream's place, once the callback returns.
 * @param status HTTP status
 * @param details for logs and stats; no spaces
 * @param headers from `HeaderPairsWriter`, or empty
 * @param grpcStatus -1 where the request is not gRPC
 */
export function sendLocalResponse(
  status: u32,
  details: Slice,
  body: Slice,
  headers: Slice,
  grpcStatus: i32 = -1,
): Status {
  return proxy_send_local_response(
    status,
    details.ptr,
    details.length,
    body.ptr,
    body.length,
    headers.ptr,
    headers.length,
    grpcStatus,
  );
}

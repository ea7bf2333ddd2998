import {
  proxy_get_status,
  proxy_grpc_call,
  proxy_grpc_cancel,
  proxy_grpc_close,
  proxy_grpc_send,
  proxy_grpc_stream,
  proxy_http_call,
  RESULT,
  RESULT_EXTRA,
  RESULT_SIZE,
  resultBytes,
  Status,
} from "../abi";
import { Slice } from "../bytes";

/**
 * Sends an HTTP request to a cluster. Contexts call it through `Context.httpCall`, which brings the answer back to them.
 * @param headers from `HeaderPairsWriter`, with `:method`, `:path` and `:authority`
 * @returns the token that the answer repeats; zero where it could not be sent (unknown cluster, missing header)
 */
export function httpCall(cluster: Slice, headers: Slice, body: Slice, trailers: Slice, timeoutMs: u32): u32 {
  const status = proxy_http_call(
    cluster.ptr,
    cluster.length,
    headers.ptr,
    headers.length,
    body.ptr,
    body.length,
    trailers.ptr,
    trailers.length,
    timeoutMs,
    RESULT,
  );
  return status == Status.Ok ? load<u32>(RESULT) : 0;
}

/**
 * Calls one gRPC method.
 * @param service a serialised `envoy.config.core.v3.GrpcService`, or a cluster's name
 * @param metadata from `HeaderPairsWriter`, or empty
 * @returns the token that the answer repeats; zero where it could not be sent
 */
export function grpcCall(
  service: Slice,
  serviceName: Slice,
  method: Slice,
  metadata: Slice,
  message: Slice,
  timeoutMs: u32,
): u32 {
  const status = proxy_grpc_call(
    service.ptr,
    service.length,
    serviceName.ptr,
    serviceName.length,
    method.ptr,
    method.length,
    metadata.ptr,
    metadata.length,
    message.ptr,
    message.length,
    timeoutMs,
    RESULT,
  );
  return status == Status.Ok ? load<u32>(RESULT) : 0;
}

/** Opens a gRPC stream; its token, or zero. */
export function grpcStream(service: Slice, serviceName: Slice, method: Slice, metadata: Slice): u32 {
  const status = proxy_grpc_stream(
    service.ptr,
    service.length,
    serviceName.ptr,
    serviceName.length,
    method.ptr,
    method.length,
    metadata.ptr,
    metadata.length,
    RESULT,
  );
  return status == Status.Ok ? load<u32>(RESULT) : 0;
}

/** Sends a message on a stream that `grpcStream` opened; `endStream` ends our side with it. */
export function grpcSend(token: u32, message: Slice, endStream: bool): Status {
  return proxy_grpc_send(token, message.ptr, message.length, endStream ? 1 : 0);
}

/** Ends a call or stream; nothing more comes of it. */
export function grpcCancel(token: u32): Status {
  return proxy_grpc_cancel(token);
}

/** Ends our side of a stream. */
export function grpcClose(token: u32): Status {
  return proxy_grpc_close(token);
}

/** The status code of the callout whose answer this callback brings: gRPC's, or Envoy's reset reason. */
export function calloutStatus(): u32 {
  return proxy_get_status(RESULT_EXTRA, RESULT, RESULT_SIZE) == Status.Ok ? load<u32>(RESULT_EXTRA) : 0;
}

/** The words to `calloutStatus`. */
export function calloutMessage(): Slice {
  return proxy_get_status(RESULT_EXTRA, RESULT, RESULT_SIZE) == Status.Ok ? resultBytes() : Slice.empty();
}

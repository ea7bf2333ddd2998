import { Slice } from "../bytes";
import { grpcCall, httpCall } from "../hostcalls";
import { awaitCallout } from "./callouts";

/** What all contexts have: an id, an end, and callouts whose answers come back to them. */
export abstract class Context {
  /** The proxy-wasm context id. */
  readonly id: i32;

  constructor(id: i32) {
    this.id = id;
  }

  /** The stream or plugin has ended. False: wait with the deletion until `contextDone`. */
  onDone(): bool {
    return true;
  }

  /** The moment for access logs: all that is known of the stream can be read. */
  onLog(): void {}

  /** The last call: free what lies outside the garbage collector. */
  onDelete(): void {}

  /** The answer to `httpCall`, its headers and body readable in this callback. All zero: no answer came. */
  onHttpCallResponse(token: u32, headers: i32, bodySize: i32, trailers: i32): void {}

  /** The first metadata of a gRPC answer, in `HeaderMapType.GrpcReceiveInitialMetadata`. */
  onGrpcReceiveInitialMetadata(token: u32, headers: i32): void {}

  /** A message of a gRPC call or stream, in `BufferType.GrpcReceiveBuffer`. */
  onGrpcReceive(token: u32, size: i32): void {}

  /** The last metadata of a gRPC answer, in `HeaderMapType.GrpcReceiveTrailingMetadata`. */
  onGrpcReceiveTrailingMetadata(token: u32, trailers: i32): void {}

  /** A gRPC call or stream has ended; `status` is gRPC's code, zero for success. */
  onGrpcClose(token: u32, status: u32): void {}

  /** `httpCall` of hostcalls, its answer brought to this context as long as it lives. */
  protected httpCall(cluster: Slice, headers: Slice, body: Slice, timeoutMs: u32): u32 {
    const token = httpCall(cluster, headers, body, Slice.empty(), timeoutMs);
    if (token) awaitCallout(token, this.id);
    return token;
  }

  /** `grpcCall` of hostcalls, its answer brought to this context as long as it lives. */
  protected grpcCall(service: Slice, name: Slice, method: Slice, message: Slice, timeoutMs: u32): u32 {
    const token = grpcCall(service, name, method, Slice.empty(), message, timeoutMs);
    if (token) awaitCallout(token, this.id);
    return token;
  }
}

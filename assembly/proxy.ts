// The exports that a proxy calls, and nothing else: each finds the context and hands over. A module's index.ts ends with
// `export * from "meltemi/assembly/proxy"`.
import { allocateForHost, FilterDataStatus, FilterHeadersStatus, FilterStatus, FilterTrailersStatus } from "./abi";
import { releaseArena } from "./bytes";
import { declaredTraits } from "./codec";
import { collectNow, collectWhenDue } from "./collector";
import {
  anyContext,
  anyRoot,
  askerOf,
  calloutEnded,
  createContext,
  deleteContext,
  httpContext,
  liveContexts,
  networkContext,
  rootContext,
} from "./contexts";
import { setEffectiveContext } from "./hostcalls";
import { forgetMemory } from "./memory";

// A host call such as close_stream may call back into the module before it returns, so only the outermost call ends
// the life of views.
let depth: i32 = 0;


@inline
function enter(): void {
  depth++;
}


@inline
function leave<T>(result: T): T {
  if (--depth == 0) {
    releaseArena();
    collectWhenDue(liveContexts());
  }
  return result;
}

export function proxy_abi_version_0_2_1(): void {}

/** Not the ABI's: the control plane asks a codec what it can do before it configures it. */
export function meltemi_codec_traits(): i32 {
  enter();
  return leave<i32>(declaredTraits());
}

export function proxy_on_memory_allocate(size: i32): usize {
  return allocateForHost(size);
}

export function proxy_on_context_create(id: i32, parent: i32): void {
  enter();
  createContext(id, parent);
  leave(0);
}

export function proxy_on_vm_start(root: i32, size: i32): i32 {
  enter();
  const context = rootContext(root);
  return leave<i32>(context != null && context.onStart(size) ? 1 : 0);
}

export function proxy_on_configure(root: i32, size: i32): i32 {
  enter();
  const context = rootContext(root);
  const result = leave<i32>(context != null && context.onConfigure(size) ? 1 : 0);
  if (depth == 0) collectNow(liveContexts());
  return result;
}

export function proxy_on_tick(root: i32): void {
  enter();
  const context = rootContext(root);
  if (context != null) context.onTick();
  leave(0);
}

export function proxy_on_queue_ready(root: i32, queue: i32): void {
  enter();
  const context = rootContext(root);
  if (context != null) context.onQueueReady(queue);
  leave(0);
}

export function proxy_on_foreign_function(root: i32, id: i32, size: i32): void {
  enter();
  const context = rootContext(root);
  if (context != null) context.onForeignFunction(id, size);
  leave(0);
}

export function proxy_on_done(id: i32): i32 {
  enter();
  const context = anyContext(id);
  return leave<i32>(context == null || context.onDone() ? 1 : 0);
}

export function proxy_on_log(id: i32): void {
  enter();
  const context = anyContext(id);
  if (context != null) context.onLog();
  leave(0);
}

export function proxy_on_delete(id: i32): void {
  enter();
  const context = anyContext(id);
  if (context != null) context.onDelete();
  deleteContext(id);
  if (!anyRoot()) forgetMemory();
  leave(0);
}

export function proxy_on_new_connection(id: i32): i32 {
  enter();
  const context = networkContext(id);
  return leave<i32>(context != null ? context.onNewConnection() : FilterStatus.Continue);
}

export function proxy_on_downstream_data(id: i32, size: i32, endOfStream: i32): i32 {
  enter();
  const context = networkContext(id);
  return leave<i32>(context != null ? context.onDownstreamData(size, endOfStream != 0) : FilterStatus.Continue);
}

export function proxy_on_upstream_data(id: i32, size: i32, endOfStream: i32): i32 {
  enter();
  const context = networkContext(id);
  return leave<i32>(context != null ? context.onUpstreamData(size, endOfStream != 0) : FilterStatus.Continue);
}

export function proxy_on_downstream_connection_close(id: i32, peer: i32): void {
  enter();
  const context = networkContext(id);
  if (context != null) context.onDownstreamClose(peer);
  leave(0);
}

export function proxy_on_upstream_connection_close(id: i32, peer: i32): void {
  enter();
  const context = networkContext(id);
  if (context != null) context.onUpstreamClose(peer);
  leave(0);
}

export function proxy_on_request_headers(id: i32, count: i32, endOfStream: i32): i32 {
  enter();
  const context = httpContext(id);
  return leave<i32>(context != null ? context.onRequestHeaders(count, endOfStream != 0) : FilterHeadersStatus.Continue);
}

export function proxy_on_request_body(id: i32, size: i32, endOfStream: i32): i32 {
  enter();
  const context = httpContext(id);
  return leave<i32>(context != null ? context.onRequestBody(size, endOfStream != 0) : FilterDataStatus.Continue);
}

export function proxy_on_request_trailers(id: i32, count: i32): i32 {
  enter();
  const context = httpContext(id);
  return leave<i32>(context != null ? context.onRequestTrailers(count) : FilterTrailersStatus.Continue);
}

export function proxy_on_response_headers(id: i32, count: i32, endOfStream: i32): i32 {
  enter();
  const context = httpContext(id);
  return leave<i32>(
    context != null ? context.onResponseHeaders(count, endOfStream != 0) : FilterHeadersStatus.Continue,
  );
}

export function proxy_on_response_body(id: i32, size: i32, endOfStream: i32): i32 {
  enter();
  const context = httpContext(id);
  return leave<i32>(context != null ? context.onResponseBody(size, endOfStream != 0) : FilterDataStatus.Continue);
}

export function proxy_on_response_trailers(id: i32, count: i32): i32 {
  enter();
  const context = httpContext(id);
  return leave<i32>(context != null ? context.onResponseTrailers(count) : FilterTrailersStatus.Continue);
}

export function proxy_on_http_call_response(root: i32, token: i32, headers: i32, bodySize: i32, trailers: i32): void {
  enter();
  const asker = askerOf(token, root);
  calloutEnded(token);
  const context = anyContext(asker);
  if (context != null) {
    if (asker != root) setEffectiveContext(asker);
    context.onHttpCallResponse(token, headers, bodySize, trailers);
  }
  leave(0);
}

export function proxy_on_grpc_receive_initial_metadata(root: i32, token: i32, headers: i32): void {
  enter();
  const context = anyContext(askerOf(token, root));
  if (context != null) {
    if (context.id != root) setEffectiveContext(context.id);
    context.onGrpcReceiveInitialMetadata(token, headers);
  }
  leave(0);
}

export function proxy_on_grpc_receive(root: i32, token: i32, size: i32): void {
  enter();
  const context = anyContext(askerOf(token, root));
  // What a context awaits are calls of one message, and such a call ends with it: no close is told.
  calloutEnded(token);
  if (context != null) {
    if (context.id != root) setEffectiveContext(context.id);
    context.onGrpcReceive(token, size);
  }
  leave(0);
}

export function proxy_on_grpc_receive_trailing_metadata(root: i32, token: i32, trailers: i32): void {
  enter();
  const context = anyContext(askerOf(token, root));
  if (context != null) {
    if (context.id != root) setEffectiveContext(context.id);
    context.onGrpcReceiveTrailingMetadata(token, trailers);
  }
  leave(0);
}

export function proxy_on_grpc_close(root: i32, token: i32, status: i32): void {
  enter();
  const context = anyContext(askerOf(token, root));
  calloutEnded(token);
  if (context != null) {
    if (context.id != root) setEffectiveContext(context.id);
    context.onGrpcClose(token, status);
  }
  leave(0);
}

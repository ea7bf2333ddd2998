/** A function that a module exports. Arguments beyond its own are ignored. */
export type ModuleFunction = (a?: number, b?: number, c?: number, d?: number, e?: number) => number | undefined;

const CALLBACKS = {
  contextCreate: "proxy_on_context_create",
  vmStart: "proxy_on_vm_start",
  configure: "proxy_on_configure",
  tick: "proxy_on_tick",
  queueReady: "proxy_on_queue_ready",
  done: "proxy_on_done",
  log: "proxy_on_log",
  delete: "proxy_on_delete",
  newConnection: "proxy_on_new_connection",
  downstreamData: "proxy_on_downstream_data",
  upstreamData: "proxy_on_upstream_data",
  downstreamClose: "proxy_on_downstream_connection_close",
  upstreamClose: "proxy_on_upstream_connection_close",
  requestHeaders: "proxy_on_request_headers",
  requestBody: "proxy_on_request_body",
  requestTrailers: "proxy_on_request_trailers",
  responseHeaders: "proxy_on_response_headers",
  responseBody: "proxy_on_response_body",
  responseTrailers: "proxy_on_response_trailers",
  httpCallResponse: "proxy_on_http_call_response",
  grpcInitialMetadata: "proxy_on_grpc_receive_initial_metadata",
  grpcMessage: "proxy_on_grpc_receive",
  grpcTrailingMetadata: "proxy_on_grpc_receive_trailing_metadata",
  grpcClose: "proxy_on_grpc_close",
  resolveDns: "envoy_on_resolve_dns",
} as const;

/** What a module exports for the host to call; all are optional. */
export type Callbacks = { readonly [K in keyof typeof CALLBACKS]: ModuleFunction | undefined };

/** Finds the callbacks among an instance's exports. */
export function callbacksOf(exports: Readonly<Record<string, unknown>>): Callbacks {
  const found: Partial<Record<keyof Callbacks, ModuleFunction | undefined>> = {};
  for (const key of Object.keys(CALLBACKS) as (keyof Callbacks)[])
    found[key] = exportedFunction(exports, CALLBACKS[key]);
  return found as Callbacks;
}

/** The exported name of a callback, for messages. */
export function nameOf(callbacks: Callbacks, wanted: ModuleFunction): string {
  for (const key of Object.keys(CALLBACKS) as (keyof Callbacks)[]) if (callbacks[key] === wanted) return CALLBACKS[key];
  return "a function of the module";
}

/** An export that is a function; its type was checked when the module was loaded. */
export function exportedFunction(exports: Readonly<Record<string, unknown>>, name: string): ModuleFunction | undefined {
  const value = exports[name];
  return typeof value === "function" ? (value as ModuleFunction) : undefined;
}

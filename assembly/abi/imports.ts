// The host's functions, as the proxy-wasm ABI 0.2.1 spells them. Pointers to results are written by the host; bytes that
// it hands in are allocated through `proxy_on_memory_allocate`. Only hostcalls/ calls these.
import { Status } from "./types";


@external("env", "proxy_log")
export declare function proxy_log(level: u32, ptr: usize, size: i32): Status;

@external("env", "proxy_get_log_level")
export declare function proxy_get_log_level(level: usize): Status;

@external("env", "proxy_get_current_time_nanoseconds")
export declare function proxy_get_current_time_nanoseconds(time: usize): Status;

@external("env", "proxy_set_tick_period_milliseconds")
export declare function proxy_set_tick_period_milliseconds(period: u32): Status;

@external("env", "proxy_set_effective_context")
export declare function proxy_set_effective_context(id: i32): Status;

@external("env", "proxy_done")
export declare function proxy_done(): Status;

@external("env", "proxy_get_status")
export declare function proxy_get_status(code: usize, ptr: usize, size: usize): Status;


@external("env", "proxy_get_property")
export declare function proxy_get_property(path: usize, pathSize: i32, ptr: usize, size: usize): Status;

@external("env", "proxy_set_property")
export declare function proxy_set_property(path: usize, pathSize: i32, value: usize, valueSize: i32): Status;


@external("env", "proxy_get_buffer_bytes")
export declare function proxy_get_buffer_bytes(type: u32, start: i32, length: i32, ptr: usize, size: usize): Status;

@external("env", "proxy_set_buffer_bytes")
export declare function proxy_set_buffer_bytes(type: u32, start: i32, length: i32, ptr: usize, size: i32): Status;

@external("env", "proxy_get_buffer_status")
export declare function proxy_get_buffer_status(type: u32, length: usize, flags: usize): Status;


@external("env", "proxy_get_header_map_size")
export declare function proxy_get_header_map_size(map: u32, size: usize): Status;

@external("env", "proxy_get_header_map_pairs")
export declare function proxy_get_header_map_pairs(map: u32, ptr: usize, size: usize): Status;

@external("env", "proxy_set_header_map_pairs")
export declare function proxy_set_header_map_pairs(map: u32, ptr: usize, size: i32): Status;

@external("env", "proxy_get_header_map_value")
export declare function proxy_get_header_map_value(map: u32, key: usize, keySize: i32, ptr: usize, size: usize): Status;

@external("env", "proxy_add_header_map_value")
export declare function proxy_add_header_map_value(
  map: u32,
  key: usize,
  keySize: i32,
  value: usize,
  valueSize: i32,
): Status;

@external("env", "proxy_replace_header_map_value")
export declare function proxy_replace_header_map_value(
  map: u32,
  key: usize,
  keySize: i32,
  value: usize,
  valueSize: i32,
): Status;

@external("env", "proxy_remove_header_map_value")
export declare function proxy_remove_header_map_value(map: u32, key: usize, keySize: i32): Status;


@external("env", "proxy_continue_stream")
export declare function proxy_continue_stream(type: u32): Status;

@external("env", "proxy_close_stream")
export declare function proxy_close_stream(type: u32): Status;

@external("env", "proxy_send_local_response")
export declare function proxy_send_local_response(
  code: u32,
  details: usize,
  detailsSize: i32,
  body: usize,
  bodySize: i32,
  headers: usize,
  headersSize: i32,
  grpcStatus: i32,
): Status;


@external("env", "proxy_http_call")
export declare function proxy_http_call(
  cluster: usize,
  clusterSize: i32,
  headers: usize,
  headersSize: i32,
  body: usize,
  bodySize: i32,
  trailers: usize,
  trailersSize: i32,
  timeout: u32,
  token: usize,
): Status;

@external("env", "proxy_grpc_call")
export declare function proxy_grpc_call(
  service: usize,
  serviceSize: i32,
  serviceName: usize,
  serviceNameSize: i32,
  method: usize,
  methodSize: i32,
  metadata: usize,
  metadataSize: i32,
  message: usize,
  messageSize: i32,
  timeout: u32,
  token: usize,
): Status;

@external("env", "proxy_grpc_stream")
export declare function proxy_grpc_stream(
  service: usize,
  serviceSize: i32,
  serviceName: usize,
  serviceNameSize: i32,
  method: usize,
  methodSize: i32,
  metadata: usize,
  metadataSize: i32,
  token: usize,
): Status;

@external("env", "proxy_grpc_send")
export declare function proxy_grpc_send(token: u32, message: usize, messageSize: i32, endStream: u32): Status;

@external("env", "proxy_grpc_cancel")
export declare function proxy_grpc_cancel(token: u32): Status;

@external("env", "proxy_grpc_close")
export declare function proxy_grpc_close(token: u32): Status;


@external("env", "proxy_get_shared_data")
export declare function proxy_get_shared_data(key: usize, keySize: i32, ptr: usize, size: usize, cas: usize): Status;

@external("env", "proxy_set_shared_data")
export declare function proxy_set_shared_data(key: usize, keySize: i32, value: usize, size: i32, cas: u32): Status;

@external("env", "proxy_register_shared_queue")
export declare function proxy_register_shared_queue(name: usize, nameSize: i32, token: usize): Status;

@external("env", "proxy_resolve_shared_queue")
export declare function proxy_resolve_shared_queue(
  vmId: usize,
  vmIdSize: i32,
  name: usize,
  nameSize: i32,
  token: usize,
): Status;

@external("env", "proxy_enqueue_shared_queue")
export declare function proxy_enqueue_shared_queue(token: u32, ptr: usize, size: i32): Status;

@external("env", "proxy_dequeue_shared_queue")
export declare function proxy_dequeue_shared_queue(token: u32, ptr: usize, size: usize): Status;


@external("env", "proxy_define_metric")
export declare function proxy_define_metric(type: u32, name: usize, nameSize: i32, id: usize): Status;

@external("env", "proxy_increment_metric")
export declare function proxy_increment_metric(id: u32, offset: i64): Status;

@external("env", "proxy_record_metric")
export declare function proxy_record_metric(id: u32, value: u64): Status;

@external("env", "proxy_get_metric")
export declare function proxy_get_metric(id: u32, value: usize): Status;


@external("env", "proxy_call_foreign_function")
export declare function proxy_call_foreign_function(
  name: usize,
  nameSize: i32,
  args: usize,
  argsSize: i32,
  ptr: usize,
  size: usize,
): Status;

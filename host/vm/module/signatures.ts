import type { ShortType } from "./input.js";

// Types of every function between host and module (proxy-wasm ABI, WASI preview 1), in short: `parameters:results`.

const PROXY: Readonly<Record<ShortType, string>> = {
  ":i": "done",
  "i:i": "set_tick_period_milliseconds get_current_time_nanoseconds set_effective_context grpc_cancel grpc_close",
  "ii:i": "get_header_map_size get_metric",
  "ij:i": "increment_metric record_metric",
  "iii:i":
    "log get_status get_header_map_pairs set_header_map_pairs remove_header_map_value get_buffer_status " +
    "register_shared_queue enqueue_shared_queue dequeue_shared_queue",
  "iiii:i": "get_property set_property define_metric grpc_send",
  "iiiii:i":
    "get_header_map_value add_header_map_value replace_header_map_value get_buffer_bytes set_buffer_bytes " +
    "get_shared_data set_shared_data resolve_shared_queue",
  "iiiiii:i": "call_foreign_function",
  "iiiiiiii:i": "send_local_response",
  "iiiiiiiii:i": "grpc_stream",
  "iiiiiiiiii:i": "http_call",
  "iiiiiiiiiiii:i": "grpc_call",
};

const PROXY_0_1: Readonly<Record<ShortType, string>> = {
  ":i": "continue_request continue_response clear_route_cache",
  "ii:i": "get_configuration",
};
const PROXY_0_2_0: Readonly<Record<ShortType, string>> = { "i:i": "continue_stream close_stream" };
const PROXY_0_2_1: Readonly<Record<ShortType, string>> = { "i:i": "continue_stream close_stream get_log_level" };

const WASI: Readonly<Record<ShortType, string>> = {
  ":i": "sched_yield",
  "i:": "proc_exit",
  "i:i": "fd_close fd_datasync fd_sync",
  "ii:i":
    "args_get args_sizes_get environ_get environ_sizes_get clock_res_get fd_fdstat_get fd_fdstat_set_flags " +
    "fd_filestat_get fd_prestat_get fd_renumber fd_tell random_get sock_shutdown",
  "ij:i": "fd_filestat_set_size",
  "iii:i": "fd_prestat_dir_name path_create_directory path_remove_directory path_unlink_file sock_accept",
  "iji:i": "clock_time_get",
  "ijj:i": "fd_allocate fd_fdstat_set_rights",
  "iiii:i": "fd_read fd_write path_symlink poll_oneoff",
  "ijii:i": "fd_seek",
  "ijji:i": "fd_advise fd_filestat_set_times",
  "iiiii:i": "path_filestat_get sock_send",
  "iiiji:i": "fd_pread fd_pwrite fd_readdir",
  // WASI's own path_symlink and path_link have one parameter more.
  "iiiiii:i": "path_link path_readlink path_rename sock_recv",
  "iiiijji:i": "path_filestat_set_times",
  "iiiiijjii:i": "path_open",
};

const ENV: Readonly<Record<ShortType, string>> = {
  "i:": "emscripten_notify_memory_growth",
  "ii:i": "pthread_equal",
  "iii:i": "envoy_resolve_dns",
};

const CALLBACKS: Readonly<Record<ShortType, string>> = {
  "i:": "proxy_on_tick proxy_on_log proxy_on_delete",
  "ii:":
    "proxy_on_context_create proxy_on_queue_ready proxy_on_downstream_connection_close " +
    "proxy_on_upstream_connection_close envoy_on_stats_update",
  "iii:":
    "proxy_on_grpc_receive_initial_metadata proxy_on_grpc_receive proxy_on_grpc_receive_trailing_metadata " +
    "proxy_on_grpc_close envoy_on_resolve_dns",
  "iiiii:": "proxy_on_http_call_response",
  "i:i": "proxy_on_done proxy_on_new_connection malloc proxy_on_memory_allocate",
  "ii:i":
    "proxy_on_vm_start proxy_validate_configuration proxy_on_configure proxy_on_request_trailers " +
    "proxy_on_response_trailers proxy_on_request_metadata proxy_on_response_metadata main",
  "iii:i": "proxy_on_downstream_data proxy_on_upstream_data proxy_on_request_body proxy_on_response_body",
  ":": "_initialize _start",
  ":i": "__main_void",
};

/** Marker exports of the ABI's versions, the newest first. */
export const MARKERS = ["proxy_abi_version_0_2_1", "proxy_abi_version_0_2_0", "proxy_abi_version_0_1_0"] as const;

export enum AbiVersion {
  V0_1_0 = "0.1.0",
  V0_2_0 = "0.2.0",
  V0_2_1 = "0.2.1",
}

/** What the host has for a module: `module.name` → type. */
export function hostFunctions(version: AbiVersion): Map<string, ShortType> {
  const known = new Map<string, ShortType>();
  const extra = { [AbiVersion.V0_1_0]: PROXY_0_1, [AbiVersion.V0_2_0]: PROXY_0_2_0, [AbiVersion.V0_2_1]: PROXY_0_2_1 };
  spread(known, "env.proxy_", PROXY);
  spread(known, "env.proxy_", extra[version]);
  spread(known, "env.", ENV);
  spread(known, "wasi_snapshot_preview1.", WASI);
  spread(known, "wasi_unstable.", WASI);
  return known;
}

/** What the host calls where it is exported: name → type. */
export function callbacks(version: AbiVersion): Map<string, ShortType> {
  const known = new Map<string, ShortType>();
  spread(known, "", CALLBACKS);
  // 0.1.0 did not yet pass the end of the stream with the headers, and knew no callbacks of foreign functions.
  const old = version === AbiVersion.V0_1_0;
  spread(known, "", { [old ? "ii:i" : "iii:i"]: "proxy_on_request_headers proxy_on_response_headers" });
  if (!old) spread(known, "", { "iii:": "proxy_on_foreign_function" });
  return known;
}

function spread(into: Map<string, ShortType>, prefix: string, table: Readonly<Record<ShortType, string>>): void {
  for (const [type, names] of Object.entries(table)) {
    for (const name of names.split(" ")) into.set(prefix + name, type);
  }
}

import type { SupportedFields } from "../../config/index.js";
import { ROUTE_FIELDS } from "../routes/index.js";
import { LOG_FILTER_FIELDS } from "./log-filter.js";

const MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3";
const CORE = "envoy.config.core.v3";

/** The fields of an HttpConnectionManager that this host implements. */
export const MANAGER_FIELDS: SupportedFields = {
  ...ROUTE_FIELDS,
  ...LOG_FILTER_FIELDS,
  [`${MANAGER}.HttpConnectionManager`]: [
    "codec_type",
    "stat_prefix",
    "rds",
    "route_config",
    "http_filters",
    "common_http_protocol_options",
    "http_protocol_options",
    "http2_protocol_options",
    "server_name",
    "server_header_transformation",
    "max_request_headers_kb",
    "stream_idle_timeout",
    "drain_timeout",
    "delayed_close_timeout",
    "access_log",
    "tracing",
    "use_remote_address",
    "skip_xff_append",
    "xff_num_trusted_hops",
    "internal_address_config",
    "via",
    "generate_request_id",
    "preserve_external_request_id",
    "always_set_request_id_in_response",
    "upgrade_configs",
    // What concerns paths is left as it comes, which is the default of all three.
    "normalize_path",
    "merge_slashes",
    "stream_error_on_invalid_http_message",
  ],
  [`${MANAGER}.HttpConnectionManager.Tracing`]: ["provider"],
  "envoy.config.trace.v3.Tracing.Http": ["name", "typed_config"],
  [`${MANAGER}.Rds`]: "*",
  [`${CORE}.ConfigSource`]: ["ads", "resource_api_version", "initial_fetch_timeout"],
  [`${CORE}.AggregatedConfigSource`]: "*",
  [`${CORE}.ExtensionConfigSource`]: ["config_source", "type_urls", "apply_default_config_without_warming"],
  [`${MANAGER}.HttpFilter`]: ["name", "typed_config", "config_discovery", "disabled"],
  [`${MANAGER}.HttpConnectionManager.InternalAddressConfig`]: ["cidr_ranges"],
  [`${MANAGER}.HttpConnectionManager.UpgradeConfig`]: ["upgrade_type", "enabled"],
  [`${CORE}.CidrRange`]: "*",
  [`${CORE}.HttpProtocolOptions`]: [
    "idle_timeout",
    "max_connection_duration",
    "max_headers_count",
    "max_stream_duration",
  ],
  [`${CORE}.Http1ProtocolOptions`]: ["override_stream_error_on_invalid_http_message", "enable_trailers"],
  [`${CORE}.Http2ProtocolOptions`]: [
    "hpack_table_size",
    "max_concurrent_streams",
    "initial_stream_window_size",
    "initial_connection_window_size",
    "allow_connect",
    "override_stream_error_on_invalid_http_message",
  ],
  "envoy.config.accesslog.v3.AccessLog": ["name", "filter", "typed_config"],
};

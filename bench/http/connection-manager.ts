import { NETWORK, type NetworkFilter } from "../static-resources.js";

/** The request lane's floor: HTTP/2 in, HTTP/1.1 out, routed by one header. */
export function connectionManager(cluster: string): NetworkFilter {
  const headers = [{ name: "batchjob", string_match: { exact: "true" } }];
  return {
    "@type": `${NETWORK}.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "bench_http",
    codec_type: "HTTP2",
    server_header_transformation: "PASS_THROUGH",
    generate_request_id: false,
    stream_idle_timeout: "0s",
    http2_protocol_options: {
      initial_stream_window_size: 268435456,
      initial_connection_window_size: 2147483647,
      max_concurrent_streams: 100000,
    },
    route_config: {
      name: "bench_http",
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [{ match: { prefix: "/", headers }, route: { cluster, timeout: "0s" } }],
        },
      ],
    },
    http_filters: [
      {
        name: "envoy.filters.http.router",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
          suppress_envoy_headers: true,
          dynamic_stats: false,
        },
      },
    ],
  };
}

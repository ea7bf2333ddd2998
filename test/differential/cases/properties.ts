import type { Case } from "../case.js";

/** Paths whose value is the same wherever the test runs. */
const PATHS = [
  ...[
    "request",
    "request.path",
    "request.url_path",
    "request.host",
    "request.scheme",
    "request.method",
    "request.query",
  ],
  ...["request.headers.x-a", "request.protocol", "request.size", "request.total_size", "request.id"],
  ...["request.useragent", "request.referer", "request.nothing", "response", "response.code", "response.code_details"],
  ...["response.flags", "response.grpc_status", "response.headers.x-echo", "response.trailers", "response.size"],
  ...["connection.mtls", "connection.requested_server_name", "connection.tls_version", "connection.nothing"],
  ...["connection.subject_local_certificate", "connection.termination_details", "connection"],
  ...["upstream.tls_version", "upstream.transport_failure_reason", "upstream.request_attempt_count", "upstream"],
  ...["xds.cluster_name", "xds.route_name", "xds.virtual_host_name", "xds.listener_direction", "xds.filter_chain_name"],
  ...["xds.cluster_metadata", "xds.route_metadata", "xds.listener_metadata", "xds.upstream_host_metadata", "xds"],
  ...[
    "xds.node.id",
    "xds.node.cluster",
    "xds.node.nothing",
    "node.id",
    "cluster_name",
    "route_name",
    "listener_direction",
  ],
  ...[
    "plugin_name",
    "plugin_root_id",
    "plugin_vm_id",
    "metadata",
    "metadata.filter_metadata",
    "filter_state",
    "nothing",
    "_",
  ],
];

/** The rest of what was read on Envoy first (Envoy keeps some under `xds` only), and what the module wrote itself. */
const OTHERS = [
  ...[
    "cluster_metadata",
    "listener_metadata",
    "route_metadata",
    "route_metadata.filter_metadata",
    "connection_nothing",
  ],
  ...["connection.transport_failure_reason", "connection.subject_peer_certificate"],
  ...["node", "node.cluster", "node.locality", "node.metadata", "node.metadata.role", "xds.node.metadata.role"],
  ...["xds.node.locality.region", "xds.node.metadata.nothing", "request.headers.nothing", "response.headers.nothing"],
  ...["filter_state.wasm.k1", "filter_state.k1", "wasm.k1", "k1", "upstream_filter_state", "upstream_host_metadata"],
  ...[
    "upstream.locality",
    "upstream.locality.region",
    "upstream.locality.nothing",
    "upstream.nothing",
    "xds.upstream_host_locality_metadata",
    "xds.virtual_host_metadata",
  ],
  ...[
    "xds.cluster_metadata.filter_metadata",
    "xds.cluster_metadata.filter_metadata.made.value",
    "source",
    "destination",
  ],
  ...["xds.route_metadata.filter_metadata", "xds.route_metadata.filter_metadata.made.value", "plugin_vm_id.nothing"],
  ...["xds.route_metadata.filter_metadata.made", "xds.route_metadata.nothing", "xds.upstream_host_metadata.nothing"],
  ...[
    "xds.upstream_host_metadata.filter_metadata.made.value",
    "xds.listener_metadata.filter_metadata.made.value",
    "request.path.x",
  ],
  ...[
    "xds.virtual_host_metadata.filter_metadata.made.value",
    "metadata.filter_metadata.nothing",
    "response.flags.nothing",
  ],
];

const lookAt = (paths: readonly string[]) => paths.map((path) => `prop ${path.replaceAll(".", "%00")}`).join("; ");
const look = lookAt(PATHS);
const others = lookAt(OTHERS);

/** What get_property answers, by phase. */
export const PROPERTIES: readonly Case[] = [
  {
    name: "properties-http",
    configuration: ["request_headers", "response_headers", "log", "configure"].map((at) => `${at}: ${look}`).join("\n"),
    http: [
      {
        path: "/p/q?x=1",
        headers: [
          ["x-a", "1"],
          ["user-agent", "me"],
        ],
      },
    ],
  },
  {
    name: "properties-http-body",
    configuration: ["request_body", "response_body"].map((at) => `${at}: ${look}`).join("\n"),
    http: [{ path: "/p", body: ["body"] }],
  },
  {
    name: "properties-others-http",
    configuration: [
      `configure: ${others}`,
      `request_headers: setprop k1 v1; ${others}`,
      ...["response_headers", "response_body", "log", "done"].map((at) => `${at}: ${others}`),
    ].join("\n"),
    http: [{ path: "/p", body: ["body"] }],
  },
  {
    name: "properties-others-tcp",
    configuration: [
      `new_connection: setprop k1 v1; ${others}`,
      ...["downstream_data", "upstream_data", "log", "done"].map((at) => `${at}: ${others}`),
    ].join("\n"),
    tcp: [{ writes: ["hello"], expect: 5 }],
  },
  {
    name: "properties-tcp",
    configuration: ["new_connection", "downstream_data", "upstream_data", "log"]
      .map((at) => `${at}: ${look}`)
      .join("\n"),
    tcp: [{ writes: ["hello"], expect: 5 }],
  },
];

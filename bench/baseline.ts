// Envoy's own ways for the same traffic, as static listeners and clusters that join the bootstrap.

const NETWORK = "type.googleapis.com/envoy.extensions.filters.network";
const GENERIC = `${NETWORK}.generic_proxy`;
const INTERFACE = "org.apache.dubbo.samples.basic.api.DemoService";

export interface BaselinePorts {
  /** Where Envoy listens, by path. */
  tcp: number;
  cpp: number;
  http: number;
  /** Where the backends listen. */
  dubboBackend: number;
  httpBackend: number;
}

/** The `static_resources` that the baselines need. */
export function baseline(ports: BaselinePorts): { listeners: object[]; clusters: object[] } {
  return {
    listeners: [
      listener("bench_tcp", ports.tcp, {
        "@type": `${NETWORK}.tcp_proxy.v3.TcpProxy`,
        stat_prefix: "bench_tcp",
        cluster: "bench_dubbo",
      }),
      listener("bench_cpp", ports.cpp, genericProxy()),
      listener("bench_http", ports.http, http()),
    ],
    clusters: [cluster("bench_dubbo", ports.dubboBackend), cluster("bench_http", ports.httpBackend)],
  };
}

/** The C++ Dubbo codec, routing by interface and one attachment. */
function genericProxy(): object {
  const input = (name: string, type: string, more: object = {}) => ({
    name,
    typed_config: { "@type": `${GENERIC}.matcher.v3.${type}`, ...more },
  });
  const batchJob = {
    single_predicate: {
      input: input("property", "PropertyMatchInput", { property_name: "batchJob" }),
      value_match: { exact: "true" },
    },
  };
  const route = { "@type": `${GENERIC}.action.v3.RouteAction`, cluster: "bench_dubbo" };
  const matchers = [{ predicate: batchJob, on_match: { action: { name: "route", typed_config: route } } }];
  return {
    "@type": `${GENERIC}.v3.GenericProxy`,
    stat_prefix: "bench_cpp",
    filters: [
      {
        name: "envoy.filters.generic.router",
        typed_config: { "@type": `${GENERIC}.router.v3.Router`, bind_upstream_connection: false },
      },
    ],
    codec_config: {
      name: "dubbo",
      typed_config: { "@type": `${GENERIC}.codecs.dubbo.v3.DubboCodecConfig` },
    },
    route_config: {
      name: "bench_cpp",
      routes: {
        matcher_tree: {
          input: input("service", "ServiceMatchInput"),
          exact_match_map: { map: { [INTERFACE]: { matcher: { matcher_list: { matchers } } } } },
        },
      },
    },
  };
}

/** The request lane's floor: HTTP/2 in, HTTP/1.1 out, through the same connection manager and router. */
function http(): object {
  const matchers = [{ name: "batchjob", string_match: { exact: "true" } }];
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
          routes: [{ match: { prefix: "/", headers: matchers }, route: { cluster: "bench_http", timeout: "0s" } }],
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

function listener(name: string, port: number, typedConfig: object): object {
  return {
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [{ filters: [{ name: "terminal", typed_config: typedConfig }] }],
  };
}

function cluster(name: string, port: number): object {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  return {
    name,
    type: "STATIC",
    circuit_breakers: { thresholds: [{ max_requests: 100000, max_connections: 100000, max_pending_requests: 100000 }] },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  };
}

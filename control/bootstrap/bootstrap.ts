import { isIP } from "node:net";
import { stringify } from "yaml";
import { STATS_TAGS } from "./stats-tags.js";

/** What differs between bootstraps. */
export interface BootstrapOptions {
  /** Port of the control plane. */
  readonly controlPort: number;
  /** Address or name of the control plane's machine. Default 127.0.0.1. */
  readonly controlHost?: string;
  /** Port of the proxy's admin interface on 127.0.0.1; 0 takes a free one. */
  readonly adminPort: number;
  /** Tells proxies apart in the control plane's log. */
  readonly nodeId: string;
  /** Groups proxies; beside an application, the host of its service. Default `meltemi`. */
  readonly cluster?: string;
  /** Where the proxy is, `region/zone/subzone` or its beginning: by that rules tell endpoints that are near. */
  readonly locality?: string;
  /** What runs beside the proxy: the name of its workload, which metrics give as `source_workload`. */
  readonly workload?: string;
  /** That one's labels: rules compare them with endpoints', metrics give `app` and `version` as `source_app` and `source_version`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The control plane is spoken to by TLS; in plain text without it. */
  readonly tls?: BootstrapTls;
  /** Ask for differences only (`DELTA_GRPC`), which the host does not speak. Default false. */
  readonly delta?: boolean;
}

/** How the control plane is spoken to by TLS. Paths are those of PEM files on the proxy's machine, which the proxy reads. */
export interface BootstrapTls {
  /** Whose certificates the control plane may show. */
  readonly authorities: string;
  /** What the proxy shows, and its key. */
  readonly identity?: { readonly certificate: string; readonly key: string };
  /** What the control plane is called in its certificate. Default: its name, or address. */
  readonly sni?: string;
}

/** The static cluster that leads to the control plane. */
export const CONTROL_CLUSTER = "meltemi_control";

/** The runtime layer that the control plane fills, and the resource that it comes as. */
export const RUNTIME_LAYER = "meltemi";

/** A bootstrap in YAML, good for Envoy and for the host. */
export function bootstrap(options: BootstrapOptions): string {
  return stringify(bootstrapObject(options), { lineWidth: 120, aliasDuplicateObjects: false });
}

function bootstrapObject(options: BootstrapOptions): object {
  const { controlPort, controlHost, adminPort, delta } = options;
  const overAds = { ads: {}, resource_api_version: "V3" };
  // A proxy asks for the runtime before all else, and needs it least: where nobody has it, the rest does not wait for long.
  const soon = { ...overAds, initial_fetch_timeout: "1s" };
  return {
    node: node(options),
    admin: { address: socketAddress("127.0.0.1", adminPort) },
    dynamic_resources: {
      ads_config: {
        api_type: delta === true ? "DELTA_GRPC" : "GRPC",
        transport_api_version: "V3",
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: CONTROL_CLUSTER } }],
      },
      cds_config: overAds,
      lds_config: overAds,
    },
    // What rules switch without a listener's being built anew.
    layered_runtime: {
      layers: [{ name: RUNTIME_LAYER, rtds_layer: { name: RUNTIME_LAYER, rtds_config: soon } }],
    },
    stats_config: { stats_tags: STATS_TAGS },
    static_resources: { clusters: [controlCluster(controlHost ?? "127.0.0.1", controlPort, options.tls)] },
    // The hop between the two codecs of a request is an internal listener.
    bootstrap_extensions: [
      {
        name: "envoy.bootstrap.internal_listener",
        typed_config: typed("envoy.extensions.bootstrap.internal_listener.v3.InternalListener", {}),
      },
    ],
  };
}

/** Who the proxy is; its metadata has the names that Istio's own bootstrap gives these. */
function node({ nodeId, cluster, locality, workload, labels = {} }: BootstrapOptions): object {
  const [region, zone, subZone] = locality?.split("/") ?? [];
  const metadata = {
    ...(workload !== undefined && { WORKLOAD_NAME: workload }),
    ...(Object.keys(labels).length > 0 && { LABELS: labels }),
  };
  return {
    id: nodeId,
    cluster: cluster ?? "meltemi",
    ...(region && { locality: { region, ...(zone && { zone }), ...(subZone && { sub_zone: subZone }) } }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

function controlCluster(host: string, port: number, tls: BootstrapTls | undefined): object {
  return {
    name: CONTROL_CLUSTER,
    type: isIP(host) === 0 ? "STRICT_DNS" : "STATIC",
    connect_timeout: "1s",
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        // Pings find a control plane that vanished without closing the connection.
        {
          explicit_http_config: {
            http2_protocol_options: { connection_keepalive: { interval: "30s", timeout: "10s" } },
          },
        },
      ),
    },
    ...(tls && { transport_socket: { name: "envoy.transport_sockets.tls", typed_config: tlsContext(tls, host) } }),
    load_assignment: {
      cluster_name: CONTROL_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }],
    },
  };
}

function tlsContext({ authorities, identity, sni }: BootstrapTls, host: string): object {
  const name = sni ?? host;
  const isName = isIP(name) === 0;
  return typed("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
    // An address is no name to ask for (RFC 6066 §3).
    ...(isName && { sni: name }),
    common_tls_context: {
      alpn_protocols: ["h2"],
      ...(identity && {
        tls_certificates: [
          { certificate_chain: { filename: identity.certificate }, private_key: { filename: identity.key } },
        ],
      }),
      validation_context: {
        trusted_ca: { filename: authorities },
        match_typed_subject_alt_names: [{ san_type: isName ? "DNS" : "IP_ADDRESS", matcher: { exact: name } }],
      },
    },
  });
}

function socketAddress(address: string, port: number): object {
  return { socket_address: { address, port_value: port } };
}

function typed(type: string, fields: object): object {
  return { "@type": `type.googleapis.com/${type}`, ...fields };
}

import { type Cluster, ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Http2ProtocolOptions, HttpProtocolOptions } from "../../xds/gen/envoy/config/core/v3/protocol_pb.js";
import { InternalUpstreamTransportSchema } from "../../xds/gen/envoy/extensions/transport_sockets/internal_upstream/v3/internal_upstream_pb.js";
import { RawBufferSchema } from "../../xds/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js";
import {
  type UpstreamTlsContext,
  UpstreamTlsContextSchema,
} from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { HttpProtocolOptionsSchema } from "../../xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import { ConfigError, checkSupported, durationMs, openExtension, type SupportedFields } from "../config/index.js";
import { TLS_FIELDS } from "../tls/index.js";
import { ASSIGNMENT_FIELDS } from "./endpoints/index.js";
import { HEALTH_FIELDS } from "./health/index.js";
import { OUTLIER_FIELDS } from "./outliers/index.js";
import type { HttpOptions } from "./pool/index.js";

const TRANSPORT_SOCKET = { "envoy.config.core.v3.TransportSocket": ["name", "typed_config"] } as const;

/** Fields of HTTP protocol options that pools honour. */
const PROTOCOL_FIELDS: SupportedFields = {
  "envoy.config.core.v3.HttpProtocolOptions": [
    "idle_timeout",
    "max_headers_count",
    "max_requests_per_connection",
    "max_response_headers_kb",
  ],
  "envoy.config.core.v3.Http1ProtocolOptions": ["enable_trailers"],
  "envoy.config.core.v3.KeepaliveSettings": ["interval", "timeout"],
  "envoy.config.core.v3.Http2ProtocolOptions": [
    "connection_keepalive",
    "hpack_table_size",
    "initial_connection_window_size",
    "initial_stream_window_size",
    "max_concurrent_streams",
    // node:http2 always resets the stream, and never the connection, for what is wrong in one message only.
    "override_stream_error_on_invalid_http_message",
  ],
};

const CLUSTER_FIELDS: SupportedFields = {
  ...ASSIGNMENT_FIELDS,
  ...PROTOCOL_FIELDS,
  ...OUTLIER_FIELDS,
  ...HEALTH_FIELDS,
  ...TRANSPORT_SOCKET,
  "envoy.config.cluster.v3.Cluster": [
    "name",
    "alt_stat_name",
    "type",
    "eds_cluster_config",
    "connect_timeout",
    "per_connection_buffer_limit_bytes",
    "lb_policy",
    "load_assignment",
    "max_requests_per_connection",
    "circuit_breakers",
    "common_http_protocol_options",
    "http_protocol_options",
    "http2_protocol_options",
    "typed_extension_protocol_options",
    "dns_refresh_rate",
    "dns_lookup_family",
    "cleanup_interval",
    "ring_hash_lb_config",
    "least_request_lb_config",
    "original_dst_lb_config",
    "common_lb_config",
    "transport_socket",
    "metadata",
    "outlier_detection",
    "health_checks",
    "load_balancing_policy",
    "wait_for_warm_on_init",
  ],
  "envoy.config.cluster.v3.Cluster.EdsClusterConfig": ["eds_config", "service_name"],
  "envoy.config.cluster.v3.Cluster.RingHashLbConfig": ["minimum_ring_size", "maximum_ring_size", "hash_function"],
  "envoy.config.cluster.v3.Cluster.LeastRequestLbConfig": ["choice_count", "active_request_bias"],
  "envoy.config.cluster.v3.Cluster.OriginalDstLbConfig": ["use_http_header", "http_header_name"],
  "envoy.config.cluster.v3.Cluster.CommonLbConfig": ["healthy_panic_threshold"],
  "envoy.config.cluster.v3.LoadBalancingPolicy": "*",
  "envoy.config.cluster.v3.LoadBalancingPolicy.Policy": "*",
  "envoy.config.cluster.v3.CircuitBreakers": ["thresholds"],
  "envoy.config.cluster.v3.CircuitBreakers.Thresholds": [
    "priority",
    "max_connections",
    "max_pending_requests",
    "max_requests",
    "max_retries",
    "retry_budget",
    "track_remaining",
  ],
  "envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget": "*",
  "envoy.config.core.v3.TypedExtensionConfig": ["name", "typed_config"],
  "envoy.config.core.v3.RuntimeDouble": ["default_value"],
  "envoy.config.core.v3.ConfigSource": ["ads", "resource_api_version", "initial_fetch_timeout"],
  "envoy.config.core.v3.AggregatedConfigSource": "*",
  "envoy.type.v3.Percent": "*",
};

/** A cluster's settings, read and checked. */
export interface ClusterSettings {
  readonly http: HttpOptions;
  readonly connectTimeoutMs: number;
  readonly bufferLimit: number;
  readonly panicPercent: number;
  readonly transport: Transport;
}

/** How connections are made: `passthrough` names what internal ones hand on, `tls` is what TLS ones are made with. */
interface Transport {
  readonly passthrough?: readonly string[];
  readonly tls?: { readonly context: UpstreamTlsContext; readonly path: string };
}

/** Refuses what the host does not implement and reads the rest. */
export function readCluster(cluster: Cluster): ClusterSettings {
  checkSupported(ClusterSchema, cluster, CLUSTER_FIELDS);
  if (cluster.name === "") throw new ConfigError("name", "must not be empty");
  return {
    http: readHttp(cluster),
    connectTimeoutMs: durationMs(cluster.connectTimeout, 5000),
    bufferLimit: cluster.perConnectionBufferLimitBytes ?? 1024 * 1024,
    panicPercent: cluster.commonLbConfig?.healthyPanicThreshold?.value ?? 50,
    transport: readTransportSocket(cluster),
  };
}

function readHttp(cluster: Cluster): HttpOptions {
  const name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  const stranger = Object.keys(cluster.typedExtensionProtocolOptions).find((key) => key !== name);
  if (stranger !== undefined) {
    throw new ConfigError(`typed_extension_protocol_options["${stranger}"]`, "not implemented by this host");
  }
  const any = cluster.typedExtensionProtocolOptions[name];
  const perConnection = cluster.maxRequestsPerConnection ?? 0;
  if (any === undefined) {
    return httpOptions(cluster.http2ProtocolOptions, cluster.commonHttpProtocolOptions, perConnection);
  }
  const path = `typed_extension_protocol_options["${name}"]`;
  const { commonHttpProtocolOptions, upstreamProtocolOptions } = openExtension(any, path).decode(
    HttpProtocolOptionsSchema,
    {
      ...PROTOCOL_FIELDS,
      [HttpProtocolOptionsSchema.typeName]: ["common_http_protocol_options", "explicit_http_config"],
      [`${HttpProtocolOptionsSchema.typeName}.ExplicitHttpConfig`]: ["http_protocol_options", "http2_protocol_options"],
    },
  );
  if (upstreamProtocolOptions.case !== "explicitHttpConfig")
    throw new ConfigError(path, "expected explicit_http_config");
  const { protocolConfig } = upstreamProtocolOptions.value;
  if (protocolConfig.case === undefined) throw new ConfigError(`${path}.explicit_http_config`, "expected a protocol");
  const http2 = protocolConfig.case === "http2ProtocolOptions" ? protocolConfig.value : undefined;
  return httpOptions(http2, commonHttpProtocolOptions, perConnection);
}

function httpOptions(
  http2: Http2ProtocolOptions | undefined,
  common: HttpProtocolOptions | undefined,
  maxRequestsPerConnection: number,
): HttpOptions {
  return {
    protocol: http2 === undefined ? "http1" : "http2",
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? maxRequestsPerConnection,
    maxHeadersCount: common?.maxHeadersCount ?? 100,
    maxResponseHeadersBytes: (common?.maxResponseHeadersKb ?? 60) * 1024,
    idleTimeoutMs: durationMs(common?.idleTimeout, 3_600_000),
    http2: {
      initialStreamWindowSize: http2?.initialStreamWindowSize ?? 16 * 1024 * 1024,
      initialConnectionWindowSize: http2?.initialConnectionWindowSize ?? 24 * 1024 * 1024,
      maxConcurrentStreams: http2?.maxConcurrentStreams ?? 1024,
      hpackTableSize: http2?.hpackTableSize ?? 4096,
      keepaliveIntervalMs: durationMs(http2?.connectionKeepalive?.interval, 0),
      keepaliveTimeoutMs: durationMs(http2?.connectionKeepalive?.timeout, 0),
    },
  };
}

function readTransportSocket(cluster: Cluster): Transport {
  if (cluster.transportSocket === undefined) return {};
  const path = "transport_socket.typed_config";
  const extension = openExtension(cluster.transportSocket.configType.value, path);
  if (extension.typeName === RawBufferSchema.typeName) {
    extension.decode(RawBufferSchema, {});
    return {};
  }
  if (extension.typeName === UpstreamTlsContextSchema.typeName) {
    return { tls: { context: extension.decode(UpstreamTlsContextSchema, TLS_FIELDS), path } };
  }
  if (extension.typeName !== InternalUpstreamTransportSchema.typeName) {
    throw new ConfigError(
      path,
      `${extension.typeName} is not implemented by this host; expected tls, internal_upstream or raw_buffer`,
    );
  }
  const { passthroughMetadata, transportSocket } = extension.decode(InternalUpstreamTransportSchema, {
    ...TRANSPORT_SOCKET,
    [InternalUpstreamTransportSchema.typeName]: "*",
    [`${InternalUpstreamTransportSchema.typeName}.MetadataValueSource`]: "*",
    "envoy.type.metadata.v3.MetadataKind": ["host"],
    "envoy.type.metadata.v3.MetadataKind.Host": "*",
  });
  if (transportSocket !== undefined) {
    const inner = `${path}.transport_socket.typed_config`;
    openExtension(transportSocket.configType.value, inner).decode(RawBufferSchema, {});
  }
  const passthrough = passthroughMetadata.map(({ name, kind }, index) => {
    if (kind?.kind.case !== "host") {
      throw new ConfigError(`${path}.passthrough_metadata[${index}].kind`, "only host is implemented by this host");
    }
    return name;
  });
  return { passthrough };
}

import { TrafficDirection } from "../../xds/gen/envoy/config/core/v3/base_pb.js";
import type { Filter, FilterChain } from "../../xds/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener as ListenerProto, ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { OriginalDstSchema } from "../../xds/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js";
import { RawBufferSchema } from "../../xds/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js";
import {
  type DownstreamTlsContext,
  DownstreamTlsContextSchema,
} from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { ConfigError, checkSupported, openExtension, type SupportedFields, tcpAddress } from "../config/index.js";
import { TLS_FIELDS } from "../tls/index.js";
import type { FilterMetadata } from "../upstream/index.js";
import type { ListenerInfo } from "./types.js";

const LISTENER_FIELDS: SupportedFields = {
  "envoy.config.listener.v3.Listener": [
    "name",
    "address",
    "stat_prefix",
    "filter_chains",
    "default_filter_chain",
    "per_connection_buffer_limit_bytes",
    "metadata",
    "listener_filters",
    "traffic_direction",
    "tcp_backlog_size",
    "internal_listener",
    // One process with one thread: there is nothing to share a port with, nor to balance.
    "enable_reuse_port",
    "reuse_port",
    "connection_balance_config",
    "drain_type",
  ],
  "envoy.config.listener.v3.Listener.InternalListenerConfig": "*",
  "envoy.config.listener.v3.Listener.ConnectionBalanceConfig": "*",
  "envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance": "*",
  "envoy.config.listener.v3.FilterChain": ["filters", "name", "metadata", "filter_chain_match", "transport_socket"],
  "envoy.config.core.v3.TransportSocket": ["name", "typed_config"],
  "envoy.config.listener.v3.FilterChainMatch": [],
  "envoy.config.listener.v3.Filter": ["name", "typed_config", "config_discovery"],
  "envoy.config.listener.v3.ListenerFilter": ["name", "typed_config"],
  "envoy.config.core.v3.ExtensionConfigSource": [
    "config_source",
    "type_urls",
    "default_config",
    "apply_default_config_without_warming",
  ],
  "envoy.config.core.v3.ConfigSource": ["ads", "resource_api_version", "initial_fetch_timeout"],
  "envoy.config.core.v3.AggregatedConfigSource": "*",
  "envoy.config.core.v3.Address": ["socket_address"],
  "envoy.config.core.v3.SocketAddress": ["address", "port_value"],
  "envoy.config.core.v3.Metadata": ["filter_metadata"],
};

/** A listener's settings, read and checked; its filters are built from `filters`. */
export interface ListenerSettings {
  readonly name: string;
  /** Undefined for internal listeners. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  readonly statName: string;
  readonly bufferLimit: number;
  readonly backlog: number;
  readonly metadata: FilterMetadata;
  readonly direction: ListenerInfo["direction"];
  readonly filterChain: string;
  readonly originalDst: boolean;
  readonly filters: readonly Filter[];
  /** Where the filters stand in the listener, for errors. */
  readonly filtersPath: string;
  /** Undefined where connections are plain. */
  readonly tls: { readonly context: DownstreamTlsContext; readonly path: string } | undefined;
}

/** Refuses what the host does not implement and reads the rest. @throws ConfigError */
export function readListener(listener: ListenerProto): ListenerSettings {
  checkSupported(ListenerSchema, listener, LISTENER_FIELDS);
  if (listener.name === "") throw new ConfigError("name", "must not be empty");
  const internal = listener.listenerSpecifier.case === "internalListener";
  const address = internal ? undefined : tcpAddress(listener.address, "address");
  const [chain, second] = listener.filterChains;
  if (second !== undefined)
    throw new ConfigError("filter_chains[1]", "only one filter chain is implemented by this host");
  const used = chain ?? listener.defaultFilterChain;
  const filters = used?.filters ?? [];
  const chainPath = chain === undefined ? "default_filter_chain" : "filter_chains[0]";
  const filtersPath = `${chainPath}.filters`;
  if (filters.length === 0) throw new ConfigError(filtersPath, "expected at least one filter");
  const place = address === undefined ? `envoy_internal_${listener.name}` : `${address.host}_${address.port}`;
  return {
    name: listener.name,
    address,
    statName: (listener.statPrefix || place).replaceAll(":", "_"),
    bufferLimit: listener.perConnectionBufferLimitBytes ?? 1024 * 1024,
    backlog: listener.tcpBacklogSize ?? 511,
    metadata: listener.metadata?.filterMetadata ?? {},
    direction: direction(listener.trafficDirection),
    filterChain: used?.name ?? "",
    originalDst: readListenerFilters(listener),
    filters,
    filtersPath,
    tls: readTransportSocket(used, `${chainPath}.transport_socket.typed_config`, internal),
  };
}

function readTransportSocket(chain: FilterChain | undefined, path: string, internal: boolean): ListenerSettings["tls"] {
  if (chain?.transportSocket === undefined) return undefined;
  const extension = openExtension(chain.transportSocket.configType.value, path);
  if (extension.typeName === RawBufferSchema.typeName) {
    extension.decode(RawBufferSchema, {});
    return undefined;
  }
  if (extension.typeName !== DownstreamTlsContextSchema.typeName) {
    throw new ConfigError(path, `${extension.typeName} is not implemented by this host; expected tls or raw_buffer`);
  }
  if (internal) throw new ConfigError(path, "TLS on internal listeners is not implemented by this host");
  return { context: extension.decode(DownstreamTlsContextSchema, TLS_FIELDS), path };
}

function readListenerFilters(listener: ListenerProto): boolean {
  for (const [index, filter] of listener.listenerFilters.entries()) {
    const path = `listener_filters[${index}].typed_config`;
    const any = filter.configType.case === "typedConfig" ? filter.configType.value : undefined;
    openExtension(any, path).decode(OriginalDstSchema, {});
  }
  return listener.listenerFilters.length > 0;
}

function direction(value: TrafficDirection): ListenerInfo["direction"] {
  if (value === TrafficDirection.INBOUND) return "inbound";
  return value === TrafficDirection.OUTBOUND ? "outbound" : "unspecified";
}

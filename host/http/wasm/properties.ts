import { create } from "@bufbuild/protobuf";
import { type Metadata, MetadataSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { flagBits, hostMetadataValue, type ListenerInfo, localityValue, metadataValue } from "../../network/index.js";
import { tlsProperty } from "../../tls/index.js";
import { ofMessage, type PropertyNamespace, type PropertyValue } from "../../vm/index.js";
import { grpcStatusOf } from "../chain/index.js";
import { toByteString } from "../headers/index.js";
import type { StreamContext } from "../stream/index.js";

/** What `xds.listener_…` says. */
const DIRECTIONS = { unspecified: 0n, inbound: 1n, outbound: 2n } as const;

/** Looks up a property's first segment for a stream: Envoy's attributes, as far as they are known in this phase. */
export function streamProperty(name: string, stream: StreamContext, listener: ListenerInfo): PropertyValue | undefined {
  const { info, connection } = stream;
  switch (name) {
    case "request":
      return namespace((key) => requestValue(key, stream));
    case "response":
      return namespace((key) => responseValue(key, stream));
    case "connection":
      return namespace((key) => connectionValue(key, stream));
    case "connection_id":
      return BigInt(connection.id);
    case "source":
      return addressNamespace(connection.remoteAddress);
    case "destination":
      return addressNamespace(connection.localAddress);
    case "upstream":
      return namespace((key) => upstreamValue(key, stream));
    case "metadata":
      return metadataValue(info.dynamicMetadata);
    case "filter_state":
      return namespace((key) => info.filterState.get(key));
    case "upstream_filter_state":
      return info.upstreamEndpoint ? namespace(() => undefined) : undefined;
    case "xds":
      return namespace((key) => xdsValue(key, stream, listener));
    default: {
      // What set_property wrote is found under its own name too.
      return info.filterState.get(`wasm.${name}`);
    }
  }
}

/** What does not come from the headers; host/vm reads those itself. */
function requestValue(key: string, { info, protocol }: StreamContext): PropertyValue | undefined {
  switch (key) {
    case "protocol":
      return protocol;
    case "time":
      return BigInt(info.startTime) * 1_000_000n;
    case "size":
      return BigInt(info.bytesReceived);
    case "duration":
      return nanoseconds(info.duration);
    default:
      return undefined;
  }
}

function nanoseconds(milliseconds: number | undefined): bigint | undefined {
  return milliseconds === undefined ? undefined : BigInt(Math.round(milliseconds * 1e6));
}

function responseValue(key: string, { info }: StreamContext): PropertyValue | undefined {
  switch (key) {
    case "code":
      return info.responseCode === undefined ? undefined : BigInt(info.responseCode);
    case "code_details":
      return info.responseCodeDetails;
    case "flags":
      return flagBits(info.responseFlags);
    case "size":
      return BigInt(info.bytesSent);
    case "backend_latency":
      return nanoseconds(info.upstreamLatencyMs);
    case "grpc_status":
      // Envoy takes it from the HTTP status where no header says it.
      return info.responseCode === undefined ? undefined : BigInt(grpcStatusOf(info.responseCode));
    default:
      return undefined;
  }
}

function connectionValue(key: string, { connection }: StreamContext): PropertyValue | undefined {
  switch (key) {
    case "id":
      return BigInt(connection.id);
    case "termination_details":
      return connection.info.terminationDetails;
    default:
      return tlsProperty(connection.tls, key);
  }
}

function upstreamValue(key: string, { info }: StreamContext): PropertyValue | undefined {
  const endpoint = info.upstreamEndpoint;
  switch (key) {
    case "address":
      return endpoint?.name;
    case "port":
      return endpoint?.address.kind === "tcp" ? BigInt(endpoint.address.port) : undefined;
    case "locality":
      return endpoint && localityValue(endpoint.locality);
    case "local_address":
      return info.upstreamLocalAddress;
    case "cx_pool_ready_duration":
      return nanoseconds(info.upstreamReadyMs);
    case "transport_failure_reason":
      return info.upstreamFailure ?? (endpoint && "");
    case "request_attempt_count":
      return BigInt(info.upstreamAttempts);
    default:
      return undefined;
  }
}

function xdsValue(key: string, stream: StreamContext, listener: ListenerInfo): PropertyValue | undefined {
  const { info } = stream;
  switch (key) {
    case "listener_direction":
      return DIRECTIONS[listener.direction];
    case "listener_metadata":
      return metadataValue(listener.metadata);
    case "filter_chain_name":
      return toByteString(listener.filterChain);
    case "upstream_host_metadata":
      return info.upstreamEndpoint && hostMetadataValue(info.upstreamEndpoint.metadata);
    case "upstream_host_locality_metadata":
      return info.upstreamEndpoint && hostMetadataValue(info.upstreamEndpoint.locality.metadata ?? {});
    case "cluster_metadata":
      return info.upstreamClusterMetadata && metadataValue(info.upstreamClusterMetadata);
    case "cluster_name":
      return clusterName(stream);
    case "route_name":
      return toByteString(stream.lastRoute()?.name ?? "");
    case "route_metadata":
      return stream.lastRoute() && ofMetadata(stream.lastRoute()?.metadata);
    case "virtual_host_name":
      return stream.lastRoute() && toByteString(stream.lastRoute()?.virtualHost.name ?? "");
    case "virtual_host_metadata":
      return stream.lastRoute() && ofMetadata(stream.lastRoute()?.virtualHost.metadata);
    default:
      return undefined;
  }
}

function clusterName(stream: StreamContext): string | undefined {
  const action = stream.lastRoute()?.action;
  return action?.kind === "forward" ? toByteString(action.cluster) : undefined;
}

function addressNamespace(address: string): PropertyNamespace {
  return namespace((key) => {
    if (key === "address") return address;
    const port = /:(\d+)$/.exec(address)?.[1];
    return key === "port" && port !== undefined ? BigInt(port) : undefined;
  });
}

const NO_METADATA = ofMessage(MetadataSchema, create(MetadataSchema));

function ofMetadata(metadata: Metadata | undefined): PropertyValue {
  return metadata === undefined ? NO_METADATA : ofMessage(MetadataSchema, metadata);
}

function namespace(get: (key: string) => PropertyValue | undefined): PropertyNamespace {
  return { kind: "namespace", get };
}

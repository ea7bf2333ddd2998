import type { Cluster } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { TypedExtensionConfig } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import type { ClusterLoadAssignment } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { Listener } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import type { RouteConfiguration } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import type { Secret } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import type { Runtime } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";

/** All that a proxy is told, one list for each type of xDS; names are unique within a list. */
export interface Resources {
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouteConfiguration[];
  readonly clusters: readonly Cluster[];
  /** By `clusterName`. */
  readonly endpoints: readonly ClusterLoadAssignment[];
  /** Wasm codecs and filters, for ECDS. */
  readonly extensions: readonly TypedExtensionConfig[];
  /** Certificates, keys and authorities, for SDS. */
  readonly secrets: readonly Secret[];
  /** Layers of the runtime, for RTDS. */
  readonly runtimes: readonly Runtime[];
}

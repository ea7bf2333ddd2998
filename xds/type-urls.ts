import type { DescMessage } from "@bufbuild/protobuf";
import { ClusterSchema } from "./gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "./gen/envoy/config/core/v3/extension_pb.js";
import { ClusterLoadAssignmentSchema } from "./gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "./gen/envoy/config/listener/v3/listener_pb.js";
import { RouteConfigurationSchema } from "./gen/envoy/config/route/v3/route_pb.js";
import { SecretSchema } from "./gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { RuntimeSchema } from "./gen/envoy/service/runtime/v3/rtds_pb.js";

/** The URL that names a message type in an `Any` and in discovery requests. */
export function typeUrlOf(schema: DescMessage): string {
  return `type.googleapis.com/${schema.typeName}`;
}

/** The resource types that Meltemi itself serves and reads. */
export const TypeUrl = {
  Cluster: typeUrlOf(ClusterSchema),
  Endpoint: typeUrlOf(ClusterLoadAssignmentSchema),
  Listener: typeUrlOf(ListenerSchema),
  Route: typeUrlOf(RouteConfigurationSchema),
  ExtensionConfig: typeUrlOf(TypedExtensionConfigSchema),
  Secret: typeUrlOf(SecretSchema),
  Runtime: typeUrlOf(RuntimeSchema),
} as const;

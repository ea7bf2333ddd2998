import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { ClusterLoadAssignmentSchema } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { RouteConfigurationSchema } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import { SecretSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { RuntimeSchema } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import type { Resources } from "../translation/index.js";
import { resourceOf, Snapshot } from "./snapshot.js";

/** Freezes what the translation made. */
export function snapshotOf(resources: Resources): Snapshot {
  return new Snapshot([
    ...resources.clusters.map((each) => resourceOf(ClusterSchema, each.name, each)),
    ...resources.endpoints.map((each) => resourceOf(ClusterLoadAssignmentSchema, each.clusterName, each)),
    ...resources.listeners.map((each) => resourceOf(ListenerSchema, each.name, each)),
    ...resources.routes.map((each) => resourceOf(RouteConfigurationSchema, each.name, each)),
    ...resources.secrets.map((each) => resourceOf(SecretSchema, each.name, each)),
    ...resources.runtimes.map((each) => resourceOf(RuntimeSchema, each.name, each)),
    ...resources.extensions.map((each) => resourceOf(TypedExtensionConfigSchema, each.name, each)),
  ]);
}

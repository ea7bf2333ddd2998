import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { RouteConfigurationSchema } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import { SecretSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { RuntimeSchema } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import { TypeUrl } from "../../xds/index.js";
import type { Outlook, Resources } from "../translation/index.js";
import { resourceOf, Snapshot, type SnapshotResource, type Views } from "./snapshot.js";

/** Freezes what the translation made, and how it differs by where a proxy stands. */
export function snapshotOf(resources: Resources, outlook?: Outlook): Snapshot {
  return new Snapshot(
    [
      ...resources.clusters.map((each) => resourceOf(ClusterSchema, each.name, each)),
      ...resources.endpoints.map(assignment),
      ...resources.listeners.map((each) => resourceOf(ListenerSchema, each.name, each)),
      ...resources.routes.map((each) => resourceOf(RouteConfigurationSchema, each.name, each)),
      ...resources.secrets.map((each) => resourceOf(SecretSchema, each.name, each)),
      ...resources.runtimes.map((each) => resourceOf(RuntimeSchema, each.name, each)),
      ...resources.extensions.map((each) => resourceOf(TypedExtensionConfigSchema, each.name, each)),
    ],
    outlook && viewsOf(outlook),
  );
}

function viewsOf({ asked, labels, endpoints }: Outlook): Views {
  return {
    asked,
    typeUrl: TypeUrl.Endpoint,
    resources: (proxy) => endpoints(proxy).map(assignment),
    keyOf: (proxy) => JSON.stringify([proxy.locality, ...labels.map((name) => proxy.labels[name] ?? "")]),
  };
}

function assignment(message: ClusterLoadAssignment): SnapshotResource {
  return resourceOf(ClusterLoadAssignmentSchema, message.clusterName, message);
}

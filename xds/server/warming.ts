import { fromBinary } from "@bufbuild/protobuf";
import { ClusterSchema } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ServedResource } from "./resources.js";

/**
 * The names under which clusters look for their endpoints. A proxy that is sent a cluster builds it anew and needs
 * its endpoints once more, though they are unchanged; with the delta protocol Envoy does not ask for them again.
 */
export function endpointNames(clusters: readonly ServedResource[]): string[] {
  return clusters.map(({ name, body }) => {
    const serviceName = fromBinary(ClusterSchema, body.value).edsClusterConfig?.serviceName;
    return serviceName === undefined || serviceName === "" ? name : serviceName;
  });
}

import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ConfigError, checkSupported, type SupportedFields } from "../../config/index.js";
import { describeEndpoint, type EndpointDescription } from "./endpoint.js";

/** The fields of a ClusterLoadAssignment that this host implements. */
export const ASSIGNMENT_FIELDS: SupportedFields = {
  "envoy.config.endpoint.v3.ClusterLoadAssignment": ["cluster_name", "endpoints"],
  // Envoy, too, looks at a locality's weight only with locality-weighted balancing, which is refused.
  "envoy.config.endpoint.v3.LocalityLbEndpoints": [
    "locality",
    "metadata",
    "lb_endpoints",
    "load_balancing_weight",
    "priority",
  ],
  "envoy.config.endpoint.v3.LbEndpoint": ["endpoint", "health_status", "metadata", "load_balancing_weight"],
  "envoy.config.endpoint.v3.Endpoint": ["address", "hostname"],
  "envoy.config.core.v3.Locality": "*",
  "envoy.config.core.v3.Address": ["socket_address", "envoy_internal_address"],
  "envoy.config.core.v3.SocketAddress": ["address", "port_value"],
  "envoy.config.core.v3.EnvoyInternalAddress": "*",
  "envoy.config.core.v3.Metadata": ["filter_metadata"],
};

/** As the proto has it. */
const MAX_PRIORITY = 128;

/** All endpoints of an assignment, each address once. */
export function describeAssignment(assignment: ClusterLoadAssignment, path = ""): EndpointDescription[] {
  checkSupported(ClusterLoadAssignmentSchema, assignment, ASSIGNMENT_FIELDS, path);
  const prefix = path === "" ? "" : `${path}.`;
  const byName = new Map<string, EndpointDescription>();
  for (const [group, { locality: place, metadata, priority, lbEndpoints }] of assignment.endpoints.entries()) {
    const at = `${prefix}endpoints[${group}]`;
    if (priority > MAX_PRIORITY) throw new ConfigError(`${at}.priority`, `expected at most ${MAX_PRIORITY}`);
    const shared = { priority, locality: { place, metadata: metadata?.filterMetadata } };
    for (const [index, lbEndpoint] of lbEndpoints.entries()) {
      const description = describeEndpoint(lbEndpoint, shared, `${at}.lb_endpoints[${index}]`);
      if (!byName.has(description.name)) byName.set(description.name, description);
    }
  }
  return [...byName.values()];
}

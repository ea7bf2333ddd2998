import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { LbEndpointSchema } from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { Destination, Endpoint, Model, Service, Subset } from "../../model/index.js";
import {
  ENDPOINT_METADATA,
  egressListener,
  egressUse,
  endpointAddress,
  flowCluster,
  HASH_METADATA,
  outboundCluster,
  pinnedCluster,
  requestEndpoints,
  sessionCluster,
} from "../names.js";
import { flowTargets } from "./session-clusters.js";
import { weighted } from "./weights.js";

type EndpointInit = MessageInitShape<typeof LbEndpointSchema>;

/** The endpoints of every cluster: backends as they are, and the internal addresses that lead to them. */
export function endpoints({ services }: Model): ClusterLoadAssignment[] {
  const flows = flowTargets({ services }).flatMap(flowAssignments);
  return [
    ...services.flatMap((service) =>
      service.codec.lane === "session" ? sessionAssignments(service) : requestAssignments(service),
    ),
    ...flows,
  ];
}

function sessionAssignments(service: Service): ClusterLoadAssignment[] {
  return assignments(service, sessionCluster);
}

function flowAssignments(service: Service): ClusterLoadAssignment[] {
  return assignments(service, flowCluster);
}

/** The backends as they are, of a service and of each subset. */
function assignments(service: Service, nameOf: (destination: Destination) => string): ClusterLoadAssignment[] {
  return choices(service).map((choice) =>
    assignment(
      nameOf({ ...service, subset: choice.name }),
      chosenBy(service, choice).map((endpoint) => ({ ...backend(endpoint), ...about(endpoint), ...weight(endpoint) })),
    ),
  );
}

/** What a backend's endpoint says of it. */
function about(endpoint: Endpoint): Pick<EndpointInit, "metadata"> {
  const version = versionOf(endpoint);
  return version === undefined ? {} : { metadata: { filterMetadata: { [ENDPOINT_METADATA]: version } } };
}

/** By it calls are counted. */
function versionOf({ labels: { version } }: Endpoint) {
  return version === undefined ? undefined : { version };
}

/** Hashed as their ways through the egress codec are: a key has its backend, whoever asks for it. */
function pinnedAssignments(service: Service): ClusterLoadAssignment[] {
  return choices(service).map((choice) =>
    assignment(
      pinnedCluster({ ...service, subset: choice.name }),
      chosenBy(service, choice).map((endpoint) => ({
        ...backend(endpoint),
        metadata: { filterMetadata: hashedBy(endpoint) },
        ...weight(endpoint),
      })),
    ),
  );
}

function hashedBy(endpoint: Endpoint) {
  return { [HASH_METADATA]: { hash_key: endpointAddress(endpoint) } };
}

function requestAssignments(service: Service): ClusterLoadAssignment[] {
  return [
    assignment(outboundCluster(service), distinct(service.endpoints).map(backend)),
    ...choices(service).map((choice) => requestAssignment(service, choice)),
    ...(service.codec.pins ? pinnedAssignments(service) : []),
  ];
}

/** All endpoints of a service, and those of each of its subsets. */
function choices({ policy, subsets }: Service): readonly Subset[] {
  return [{ name: "", labels: {}, policy }, ...subsets];
}

function chosenBy({ endpoints }: Service, { labels, policy }: Subset): readonly Endpoint[] {
  const fitting = endpoints.filter((endpoint) =>
    Object.entries(labels).every(([label, value]) => endpoint.labels[label] === value),
  );
  return weighted(distinct(fitting), policy);
}

function weight(endpoint: Endpoint): Pick<EndpointInit, "loadBalancingWeight"> {
  return endpoint.weight === undefined ? {} : { loadBalancingWeight: endpoint.weight };
}

function requestAssignment(service: Service, choice: Subset): ClusterLoadAssignment {
  return assignment(
    requestEndpoints(service, choice.name),
    chosenBy(service, choice).map((endpoint) => way(service, endpoint)),
  );
}

function assignment(clusterName: string, lbEndpoints: EndpointInit[]): ClusterLoadAssignment {
  return create(ClusterLoadAssignmentSchema, {
    clusterName,
    endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }],
  });
}

/** Two names may stand for one address. */
function distinct(list: readonly Endpoint[]): Endpoint[] {
  return [...new Map(list.map((endpoint) => [endpointAddress(endpoint), endpoint])).values()];
}

function backend({ address, port }: Endpoint) {
  const value = { address, portSpecifier: { case: "portValue" as const, value: port } };
  return {
    hostIdentifier: {
      case: "endpoint" as const,
      value: { address: { address: { case: "socketAddress" as const, value } } },
    },
  };
}

/**
 * The way to a backend through the egress codec. Seen on Envoy 1.40: EDS takes internal addresses with metadata, the
 * endpoint_id tells them apart, and the metadata reaches the internal listener.
 */
function way(service: Service, endpoint: Endpoint): EndpointInit {
  const address = endpointAddress(endpoint);
  const value = {
    addressNameSpecifier: { case: "serverListenerName" as const, value: egressListener(egressUse(service)) },
    endpointId: address,
  };
  return {
    hostIdentifier: { case: "endpoint", value: { address: { address: { case: "envoyInternalAddress", value } } } },
    metadata: {
      filterMetadata: {
        [ENDPOINT_METADATA]: { cluster: outboundCluster(service), address, ...versionOf(endpoint) },
        ...(service.codec.pins && hashedBy(endpoint)),
      },
    },
    ...weight(endpoint),
  };
}

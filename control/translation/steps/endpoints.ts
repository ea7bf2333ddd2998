import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { LbEndpointSchema } from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { Destination, Endpoint, Model, Service, Standpoint, Subset } from "../../model/index.js";
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
import { levelsOf } from "./priorities.js";
import { flowTargets } from "./session-clusters.js";
import { weighted } from "./weights.js";

type EndpointInit = MessageInitShape<typeof LbEndpointSchema>;

/** The endpoints of every cluster, as a proxy is to use them: backends as they are, and the internal addresses that lead to them. */
export function endpoints({ services }: Model, proxy: Standpoint): ClusterLoadAssignment[] {
  const flows = flowTargets({ services }).flatMap((service) => assignments(service, proxy, flowCluster));
  return [
    ...services.flatMap((service) =>
      service.codec.lane === "session"
        ? assignments(service, proxy, sessionCluster)
        : requestAssignments(service, proxy),
    ),
    ...flows,
  ];
}

/** The backends as they are, of a service and of each subset. */
function assignments(
  service: Service,
  proxy: Standpoint,
  nameOf: (destination: Destination) => string,
): ClusterLoadAssignment[] {
  return choices(service).map((choice) =>
    assignment(nameOf({ ...service, subset: choice.name }), chosenBy(service, choice, proxy), (endpoint) => ({
      ...backend(endpoint),
      ...about(endpoint),
      ...weight(endpoint),
    })),
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
function pinnedAssignments(service: Service, proxy: Standpoint): ClusterLoadAssignment[] {
  return choices(service).map((choice) =>
    assignment(
      pinnedCluster({ ...service, subset: choice.name }),
      chosenBy(service, choice, proxy),
      (endpoint): EndpointInit => ({
        ...backend(endpoint),
        metadata: { filterMetadata: hashedBy(endpoint) },
        ...weight(endpoint),
      }),
    ),
  );
}

function hashedBy(endpoint: Endpoint) {
  return { [HASH_METADATA]: { hash_key: endpointAddress(endpoint) } };
}

function requestAssignments(service: Service, proxy: Standpoint): ClusterLoadAssignment[] {
  return [
    assignment(outboundCluster(service), [distinct(service.endpoints)], backend),
    ...choices(service).map((choice) =>
      assignment(requestEndpoints(service, choice.name), chosenBy(service, choice, proxy), (endpoint) =>
        way(service, endpoint),
      ),
    ),
    ...(service.codec.pins ? pinnedAssignments(service, proxy) : []),
  ];
}

/** All endpoints of a service, and those of each of its subsets. */
function choices({ policy, subsets }: Service): readonly Subset[] {
  return [{ name: "", labels: {}, policy }, ...subsets];
}

/** The endpoints of a choice, the nearest first. */
function chosenBy(
  { endpoints }: Service,
  { labels, policy }: Subset,
  proxy: Standpoint,
): readonly (readonly Endpoint[])[] {
  const fitting = endpoints.filter((endpoint) =>
    Object.entries(labels).every(([label, value]) => endpoint.labels[label] === value),
  );
  return levelsOf(weighted(distinct(fitting), policy, proxy), policy, proxy);
}

function weight(endpoint: Endpoint): Pick<EndpointInit, "loadBalancingWeight"> {
  return endpoint.weight === undefined ? {} : { loadBalancingWeight: endpoint.weight };
}

function assignment(
  clusterName: string,
  levels: readonly (readonly Endpoint[])[],
  write: (endpoint: Endpoint) => EndpointInit,
): ClusterLoadAssignment {
  return create(ClusterLoadAssignmentSchema, {
    clusterName,
    endpoints: levels
      .filter(({ length }) => length > 0)
      .map((level, priority) => ({ priority, lbEndpoints: level.map(write) })),
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

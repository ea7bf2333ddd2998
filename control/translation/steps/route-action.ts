import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  RouteAction_HashPolicySchema as HashPolicySchema,
  type RouteAction,
  RouteActionSchema,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { Destination, HashKey, Model, Route } from "../../model/index.js";
import { attributeHeader } from "../attribute-header.js";
import { duration, percent } from "../envoy.js";
import { destinationHashKeys } from "../hash-keys.js";
import { requestCluster, SESSION_HEADERS } from "../names.js";
import { retryPolicy } from "./retry-policy.js";

type ActionInit = MessageInitShape<typeof RouteActionSchema>;

/** Where a route's requests go, and where their copies do. */
export function routeAction(
  route: Pick<Route, "destinations" | "mirrors" | "timeout" | "retries">,
  model: Model,
): RouteAction {
  const destinations = route.destinations.filter(({ weight }) => weight > 0);
  const policy = retryPolicy(route);
  return create(RouteActionSchema, {
    clusterSpecifier: clusters(destinations, requestCluster),
    // Envoy's own 15 seconds would cut long calls; deadlines are the protocol's, or a rule's.
    timeout: duration(route.timeout ?? 0),
    ...(policy && { retryPolicy: policy }),
    requestMirrorPolicies: route.mirrors.map(mirror),
    hashPolicy: destinationHashKeys(destinations, model).map(hashPolicy),
  });
}

/**
 * Where a route's sessions go. A session has no copy.
 * @param nameOf the cluster of a destination
 */
export function sessionAction(
  route: Pick<Route, "destinations">,
  model: Model,
  nameOf: (destination: Destination) => string,
): RouteAction {
  const destinations = route.destinations.filter(({ weight }) => weight > 0);
  return create(RouteActionSchema, {
    clusterSpecifier: clusters(destinations, nameOf),
    timeout: duration(0),
    hashPolicy: destinationHashKeys(destinations, model).map(hashPolicy),
    upgradeConfigs: [TERMINATE],
  });
}

/** Where a flow goes; its cluster is one destination of the route. */
export function flowAction(cluster: string, { destinations }: Pick<Route, "destinations">, model: Model): RouteAction {
  return create(RouteActionSchema, {
    clusterSpecifier: { case: "cluster", value: cluster },
    timeout: duration(0),
    // Silent for so long, a stream is given up: an idle client's codec has no occasion to end it.
    idleTimeout: duration(FLOW_IDLE),
    // Before the 200 nothing has reached a backend, whatever was sent.
    retryPolicy: RETRY_UNCONNECTED,
    hashPolicy: destinationHashKeys(destinations, model).map(hashPolicy),
    upgradeConfigs: [TERMINATE],
  });
}

const RETRY_UNCONNECTED = { retryOn: "connect-failure", numRetries: 2 };

/** Longer than any call is silent, in milliseconds. */
const FLOW_IDLE = 3_600_000;

/** Where a session goes that follows another: its own header says it. */
export function followingAction(): RouteAction {
  return create(RouteActionSchema, {
    clusterSpecifier: { case: "clusterHeader", value: SESSION_HEADERS.cluster },
    timeout: duration(0),
    upgradeConfigs: [TERMINATE],
  });
}

/** The CONNECT ends here: what it carries goes on as it is. */
const TERMINATE = { upgradeType: "CONNECT", connectConfig: {} };

function clusters(
  destinations: readonly (Destination & { weight: number })[],
  nameOf: (destination: Destination) => string,
): NonNullable<ActionInit["clusterSpecifier"]> {
  const [only, ...others] = destinations;
  if (only !== undefined && others.length === 0) return { case: "cluster", value: nameOf(only) };
  const weighted = destinations.map((destination) => ({
    name: nameOf(destination),
    weight: destination.weight,
  }));
  return { case: "weightedClusters", value: { clusters: weighted } };
}

function mirror(target: Route["mirrors"][number]) {
  return {
    cluster: requestCluster(target),
    runtimeFraction: { defaultValue: percent(target.percentage) },
    // The authority is the protocol's service name, not a host: a copy is the same bytes.
    disableShadowHostSuffixAppend: true,
  };
}

function hashPolicy(key: HashKey) {
  return create(HashPolicySchema, {
    policySpecifier:
      key === "sourceAddress"
        ? { case: "connectionProperties", value: { sourceIp: true } }
        : { case: "header", value: { headerName: attributeHeader(key.attribute) } },
  });
}

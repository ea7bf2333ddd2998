import { create } from "@bufbuild/protobuf";
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedStructSchema } from "../../../xds/gen/xds/type/v3/typed_struct_pb.js";
import type { Balance, Destination, Model, Policy, Service } from "../../model/index.js";
import { ads, duration, OUT_OF_REACH, pack } from "../envoy.js";
import { flowCluster, pinnedCluster, SESSION_HEADERS, sessionCluster } from "../names.js";
import { ejection } from "./balance.js";
import { type HealthCheckInit, healthChecks } from "./health-checks.js";
import { CONNECT_TIMEOUT } from "./outbound-clusters.js";
import { backendTransport } from "./tls.js";

/** Where routes send sessions: for each service one cluster of all its backends and one for each subset. */
export function sessionClusters({ services }: Model): Cluster[] {
  return services.flatMap((service) => clusters(service, sessionCluster));
}

/** The same for services whose requests may become sessions. */
export function pinnedClusters({ services }: Model): Cluster[] {
  return services.filter(({ codec }) => codec.pins).flatMap((service) => clusters(service, pinnedCluster));
}

/** The same for the services that flows lead to. */
export function flowClusters(model: Model): Cluster[] {
  return flowTargets(model).flatMap((service) =>
    clusters(service, flowCluster, UNREACHABLE, { most: OUT_OF_REACH, healthChecks: healthChecks(service) }),
  );
}

/** Of a stream the proxy sees only whether it came to be. So endpoints that cannot be reached are left out, unless rules say how. */
const UNREACHABLE: ReturnType<typeof ejection> = {
  outlierDetection: {
    splitExternalLocalOriginErrors: true,
    consecutiveLocalOriginFailure: 5,
    enforcingConsecutiveLocalOriginFailure: 100,
    enforcingLocalOriginSuccessRate: 0,
    enforcingConsecutive5xx: 0,
    enforcingSuccessRate: 0,
    // A backend that starts anew is not missed for long.
    baseEjectionTime: duration(5_000),
    maxEjectionPercent: 100,
  },
  // Where none is left, all are tried again.
  commonLbConfig: { healthyPanicThreshold: { value: 1 } },
};

/** The services that any rule of one leads to whose requests can go by flows, whether they do now or may soon. */
export function flowTargets({ services }: Model): Service[] {
  const flows = services.filter(({ lane }) => lane.open);
  const named = flows.flatMap(({ routes = [] }) => routes.flatMap(({ destinations }) => destinations));
  const own = flows.filter(({ routes }) => routes === undefined);
  const targets = new Set([...own, ...named].map(({ host, port }) => `${host}:${port}`));
  return services.filter(({ host, port }) => targets.has(`${host}:${port}`));
}

/**
 * @param usual which endpoints are left out where rules do not say it
 * @param always whatever rules say: so many connections to an endpoint, and what endpoints are asked
 */
function clusters(
  service: Service,
  nameOf: (destination: Destination) => string,
  usual = ejection(undefined),
  always: { readonly most?: number; readonly healthChecks?: HealthCheckInit[] } = {},
): Cluster[] {
  const { most, healthChecks = [] } = always;
  return [{ name: "", policy: service.policy }, ...service.subsets].map(({ name, policy }) =>
    cluster(
      service,
      nameOf({ ...service, subset: name }),
      most === undefined ? policy : { ...policy, maxConnections: most },
      usual,
      healthChecks,
    ),
  );
}

function cluster(
  service: Service,
  name: string,
  policy: Policy,
  usual: ReturnType<typeof ejection>,
  healthChecks: HealthCheckInit[],
): Cluster {
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: "type", value: DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: ads() },
    connectTimeout: duration(policy.connectTimeout ?? CONNECT_TIMEOUT),
    loadBalancingPolicy: { policies: [{ typedExtensionConfig: balanceSessions(policy.balance) }] },
    ...(policy.ejection === undefined ? usual : ejection(policy.ejection)),
    ...backendTransport(service),
    healthChecks,
    circuitBreakers: {
      thresholds: [
        {
          // More than this many do not get an error but wait, as Envoy has it for CONNECT.
          maxConnections: policy.maxConnections ?? OUT_OF_REACH,
          maxPendingRequests: policy.maxPendingRequests ?? OUT_OF_REACH,
          maxRequests: OUT_OF_REACH,
        },
      ],
    },
  });
}

const POLICIES = {
  roundRobin: ["round_robin", "RoundRobin"],
  leastRequest: ["least_request", "LeastRequest"],
  random: ["random", "Random"],
  hash: ["ring_hash", "RingHash"],
} as const;

/** A session that follows another goes to the same backend; all others are balanced as the rules want it. */
function balanceSessions(balance: Balance) {
  const [folder, message] = POLICIES[balance.kind];
  const minimum = balance.kind === "hash" ? balance.minimumRingSize : undefined;
  const usual = {
    name: `envoy.load_balancing_policies.${folder}`,
    typed_config: {
      "@type": `type.googleapis.com/envoy.extensions.load_balancing_policies.${folder}.v3.${message}`,
      ...(minimum === undefined ? {} : { minimum_ring_size: minimum }),
    },
  };
  const typedConfig = pack(TypedStructSchema, {
    typeUrl: "type.googleapis.com/envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost",
    value: {
      override_host_sources: [{ header: SESSION_HEADERS.backend }],
      fallback_policy: { policies: [{ typed_extension_config: usual }] },
    },
  });
  return { name: "envoy.load_balancing_policies.override_host", typedConfig };
}

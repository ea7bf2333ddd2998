import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { HttpProtocolOptionsSchema } from "../../../xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import type { Model, Policy, Service } from "../../model/index.js";
import { ads, duration, OUT_OF_REACH, pack } from "../envoy.js";
import { ENDPOINT_METADATA, requestCluster, requestEndpoints } from "../names.js";
import { balance, ejection } from "./balance.js";
import { internalTransport } from "./internal-transport.js";
import { CONNECT_TIMEOUT } from "./outbound-clusters.js";

/** How much longer an internal connection may take than the backend's that it leads to. */
const CONNECT_MARGIN = 4000;

/**
 * Of an answer on a connection of its own, a proxy reads so much ahead of a client that does not read. With Envoy's default
 * of 1 MiB most answers are read whole before it holds back.
 */
const PLAIN_BUFFER = 65_536;

/** Where routes send requests, as HTTP: for each service one cluster for all its endpoints and one for each subset. */
export function requestClusters({ services }: Model): Cluster[] {
  return services.flatMap((service) => [
    cluster(service, "", service.policy),
    ...service.subsets.map((subset) => cluster(service, subset.name, subset.policy)),
  ]);
}

function cluster(service: Service, subset: string, policy: Policy): Cluster {
  const multiplexed = service.codec.mode === "multiplexed";
  return create(ClusterSchema, {
    name: requestCluster({ ...service, subset }),
    clusterDiscoveryType: { case: "type", value: DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: ads(), ...(!multiplexed && { serviceName: requestEndpoints(service, subset) }) },
    connectTimeout: duration((policy.connectTimeout ?? CONNECT_TIMEOUT) + CONNECT_MARGIN),
    ...(!multiplexed && { perConnectionBufferLimitBytes: PLAIN_BUFFER }),
    ...balance(policy.balance),
    ...ejection(policy.ejection),
    circuitBreakers: {
      thresholds: [
        {
          // Where requests share no connection, those that are too many wait here, as so many pending ones.
          maxConnections: (multiplexed ? undefined : policy.maxConnections) ?? OUT_OF_REACH,
          maxPendingRequests: policy.maxPendingRequests ?? OUT_OF_REACH,
          maxRequests: policy.maxRequests ?? OUT_OF_REACH,
          // As in Istio, what limits retries is their rule, and this where it is said.
          maxRetries: policy.maxRetries ?? OUT_OF_REACH,
          ...(policy.retryBudget && { retryBudget: budget(policy.retryBudget) }),
        },
      ],
    },
    typedExtensionProtocolOptions: { [HttpProtocolOptionsSchema.typeName]: protocol(service, policy) },
    // Takes the endpoint's metadata, and so the choice of backend, to the internal listener.
    transportSocket: internalTransport(ENDPOINT_METADATA),
  });
}

/** Envoy's own numbers hold where the rule says none. */
function budget({ percent, least }: NonNullable<Policy["retryBudget"]>) {
  return {
    ...(percent !== undefined && { budgetPercent: { value: percent } }),
    ...(least !== undefined && { minRetryConcurrency: least }),
  };
}

/** HTTP/2 where one backend connection carries many requests, HTTP/1.1 where one at a time. */
function protocol({ codec }: Service, { maxConcurrentStreams }: Policy) {
  const http2: MessageInitShape<typeof HttpProtocolOptionsSchema>["upstreamProtocolOptions"] = {
    case: "explicitHttpConfig",
    value: {
      protocolConfig: {
        case: "http2ProtocolOptions",
        value: {
          ...(maxConcurrentStreams !== undefined && { maxConcurrentStreams }),
          initialStreamWindowSize: 1_048_576,
          initialConnectionWindowSize: 25_165_824,
          overrideStreamErrorOnInvalidHttpMessage: true,
        },
      },
    },
  };
  const http1: typeof http2 = {
    case: "explicitHttpConfig",
    value: { protocolConfig: { case: "httpProtocolOptions", value: {} } },
  };
  return pack(HttpProtocolOptionsSchema, {
    commonHttpProtocolOptions: { maxHeadersCount: 2000, maxResponseHeadersKb: 512 },
    upstreamProtocolOptions: codec.mode === "multiplexed" ? http2 : http1,
  });
}

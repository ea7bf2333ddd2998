import { create } from "@bufbuild/protobuf";
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { RoundRobinSchema } from "../../../xds/gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js";
import {
  Subset_LbSubsetFallbackPolicy as Fallback,
  SubsetSchema,
} from "../../../xds/gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js";
import { TypedStructSchema } from "../../../xds/gen/xds/type/v3/typed_struct_pb.js";
import type { Model } from "../../model/index.js";
import { ads, duration, OUT_OF_REACH, pack } from "../envoy.js";
import { ENDPOINT_METADATA, outboundCluster } from "../names.js";
import { backendTransport } from "./tls.js";

/** Shorter than the time that a request's own connection gets, so that what was never sent is known as such. */
export const CONNECT_TIMEOUT = 1000;

/** The backends themselves: one cluster for each service, whatever its subsets. Connections and TLS are its business. */
export function outboundClusters({ services }: Model): Cluster[] {
  return services.map((service) => {
    const { policy } = service;
    return create(ClusterSchema, {
      name: outboundCluster(service),
      clusterDiscoveryType: { case: "type", value: DiscoveryType.EDS },
      edsClusterConfig: { edsConfig: ads() },
      connectTimeout: duration(policy.connectTimeout ?? CONNECT_TIMEOUT),
      loadBalancingPolicy: { policies: [{ typedExtensionConfig: chosenHost }] },
      ...backendTransport(service),
      circuitBreakers: {
        thresholds: [
          {
            // Else they are counted where requests wait for them: here one too many could only fail.
            maxConnections: (service.codec.mode === "multiplexed" ? policy.maxConnections : undefined) ?? OUT_OF_REACH,
            maxPendingRequests: OUT_OF_REACH,
            maxRequests: OUT_OF_REACH,
          },
        ],
      },
    });
  });
}

/**
 * The endpoint was chosen when the request was routed; here it is found again by the address in its metadata. An address
 * that has gone from the cluster gets no host (503, to be retried), never another one: hence a subset policy that has no
 * subset to give.
 */
const chosenHost = (() => {
  const roundRobin = { name: "envoy.load_balancing_policies.round_robin", typedConfig: pack(RoundRobinSchema, {}) };
  const nothing = {
    "@type": `type.googleapis.com/${SubsetSchema.typeName}`,
    fallback_policy: Fallback[Fallback.NO_FALLBACK],
    subset_selectors: [{ keys: ["meltemi.none"] }],
    subset_lb_policy: {
      policies: [
        {
          typed_extension_config: {
            name: roundRobin.name,
            typed_config: { "@type": `type.googleapis.com/${RoundRobinSchema.typeName}` },
          },
        },
      ],
    },
  };
  // The npm package's protos do not have this policy; seen on Envoy 1.40: it is taken as a TypedStruct under its real URL.
  const typedConfig = pack(TypedStructSchema, {
    typeUrl: "type.googleapis.com/envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost",
    value: {
      override_host_sources: [{ metadata: { key: ENDPOINT_METADATA, path: [{ key: "address" }] } }],
      fallback_policy: {
        policies: [{ typed_extension_config: { name: "envoy.load_balancing_policies.subset", typed_config: nothing } }],
      },
    },
  });
  return { name: "envoy.load_balancing_policies.override_host", typedConfig };
})();

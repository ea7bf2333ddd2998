import {
  type Cluster,
  Cluster_LbPolicy,
  Cluster_RingHashLbConfig_HashFunction,
  type LoadBalancingPolicy,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { LeastRequestSchema } from "../../../xds/gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js";
import { RandomSchema } from "../../../xds/gen/envoy/extensions/load_balancing_policies/random/v3/random_pb.js";
import {
  RingHash_HashFunction,
  RingHashSchema,
} from "../../../xds/gen/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js";
import { RoundRobinSchema } from "../../../xds/gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js";
import {
  Subset_LbSubsetFallbackPolicy,
  SubsetSchema,
} from "../../../xds/gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js";
import { ConfigError, type Extension, openExtension } from "../../config/index.js";
import { ByPriority } from "./by-priority.js";
import { LeastRequest } from "./least-request.js";
import { OVERRIDE_HOST, readOverrideHost } from "./override-config.js";
import { OverrideHost } from "./override-host.js";
import { RandomChoice } from "./random.js";
import { RingHash } from "./ring-hash.js";
import { RoundRobin } from "./round-robin.js";
import { SubsetFallback } from "./subset.js";
import type { Balancer } from "./types.js";

const RING = { minimumSize: 1024, maximumSize: 8 * 1024 * 1024 };

function leastRequest(choices = 2, bias = 1): Balancer {
  return new ByPriority(() => new LeastRequest(choices, bias));
}

function ringHash(
  minimumSize: number | bigint = RING.minimumSize,
  maximumSize: number | bigint = RING.maximumSize,
  useHostname = false,
): Balancer {
  const options = { minimumSize: Number(minimumSize), maximumSize: Number(maximumSize), useHostname };
  return new ByPriority(() => new RingHash(options), true);
}

/** Each policy by the name of its message. A new policy is one line here. */
const POLICIES: Readonly<Record<string, (extension: Extension) => Balancer>> = {
  [RoundRobinSchema.typeName]: (extension) => {
    extension.decode(RoundRobinSchema, {});
    return new ByPriority(() => new RoundRobin());
  },
  [RandomSchema.typeName]: (extension) => {
    extension.decode(RandomSchema, {});
    return new ByPriority(() => new RandomChoice());
  },
  [LeastRequestSchema.typeName]: (extension) => {
    const fields = {
      [LeastRequestSchema.typeName]: ["choice_count", "active_request_bias"],
      "envoy.config.core.v3.RuntimeDouble": ["default_value"],
    };
    const { choiceCount, activeRequestBias } = extension.decode(LeastRequestSchema, fields);
    return leastRequest(choiceCount, activeRequestBias?.defaultValue);
  },
  [RingHashSchema.typeName]: (extension) => {
    const known = ["hash_function", "minimum_ring_size", "maximum_ring_size", "use_hostname_for_hashing"];
    const config = extension.decode(RingHashSchema, { [RingHashSchema.typeName]: known });
    if (config.hashFunction === RingHash_HashFunction.MURMUR_HASH_2) {
      throw new ConfigError(`${extension.path}.hash_function`, "expected XX_HASH; others are not implemented");
    }
    return ringHash(config.minimumRingSize, config.maximumRingSize, config.useHostnameForHashing);
  },
  [SubsetSchema.typeName]: (extension) => {
    const known = ["fallback_policy", "subset_selectors", "subset_lb_policy"];
    const config = extension.decode(SubsetSchema, {
      [SubsetSchema.typeName]: known,
      "envoy.extensions.load_balancing_policies.subset.v3.Subset.LbSubsetSelector": ["keys"],
      "envoy.config.cluster.v3.LoadBalancingPolicy": "*",
      "envoy.config.cluster.v3.LoadBalancingPolicy.Policy": "*",
      "envoy.config.core.v3.TypedExtensionConfig": "*",
    });
    const inner = buildPolicy(config.subsetLbPolicy, `${extension.path}.subset_lb_policy`);
    switch (config.fallbackPolicy) {
      case Subset_LbSubsetFallbackPolicy.NO_FALLBACK:
        return new SubsetFallback(undefined);
      case Subset_LbSubsetFallbackPolicy.ANY_ENDPOINT:
        return new SubsetFallback(inner);
      default:
        throw new ConfigError(`${extension.path}.fallback_policy`, "expected NO_FALLBACK or ANY_ENDPOINT");
    }
  },
  [OVERRIDE_HOST]: ({ struct, path }) => {
    if (struct === undefined) throw new ConfigError(path, "expected the policy as an xds.type.v3.TypedStruct");
    const { sources, fallback } = readOverrideHost(struct, path);
    return new OverrideHost(sources, buildPolicy(fallback, `${path}.fallback_policy`));
  },
};

/** The first policy of the list that this host knows, as Envoy chooses. */
export function buildPolicy(policy: LoadBalancingPolicy | undefined, path: string): Balancer {
  const names: string[] = [];
  for (const [index, { typedExtensionConfig }] of (policy?.policies ?? []).entries()) {
    const extension = openExtension(
      typedExtensionConfig?.typedConfig,
      `${path}.policies[${index}].typed_extension_config.typed_config`,
    );
    const build = POLICIES[extension.typeName];
    if (build !== undefined) return build(extension);
    names.push(extension.typeName);
  }
  throw new ConfigError(
    `${path}.policies`,
    `none of them is implemented by this host (${names.join(", ") || "no policy"})`,
  );
}

/** A cluster's balancer: its load_balancing_policy, or else lb_policy with its lb_config. */
export function buildBalancer(cluster: Cluster): Balancer {
  if (cluster.loadBalancingPolicy !== undefined)
    return buildPolicy(cluster.loadBalancingPolicy, "load_balancing_policy");
  switch (cluster.lbPolicy) {
    case Cluster_LbPolicy.ROUND_ROBIN:
      return new ByPriority(() => new RoundRobin());
    case Cluster_LbPolicy.RANDOM:
      return new ByPriority(() => new RandomChoice());
    case Cluster_LbPolicy.LEAST_REQUEST: {
      const config = cluster.lbConfig.case === "leastRequestLbConfig" ? cluster.lbConfig.value : undefined;
      return leastRequest(config?.choiceCount, config?.activeRequestBias?.defaultValue);
    }
    case Cluster_LbPolicy.RING_HASH: {
      const config = cluster.lbConfig.case === "ringHashLbConfig" ? cluster.lbConfig.value : undefined;
      if (config?.hashFunction === Cluster_RingHashLbConfig_HashFunction.MURMUR_HASH_2) {
        throw new ConfigError("ring_hash_lb_config.hash_function", "expected XX_HASH; others are not implemented");
      }
      return ringHash(config?.minimumRingSize, config?.maximumRingSize);
    }
    default:
      throw new ConfigError("lb_policy", `${Cluster_LbPolicy[cluster.lbPolicy]} is not implemented by this host`);
  }
}

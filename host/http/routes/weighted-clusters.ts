import type { WeightedCluster } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError } from "../../config/index.js";

/** Chooses by weight: returns an index for a stream's random number. */
export function compileWeights(clusters: WeightedCluster, path: string): (random: number) => number {
  const bounds: number[] = [];
  let total = 0;
  for (const [index, cluster] of clusters.clusters.entries()) {
    if (cluster.name === "") {
      throw new ConfigError(`${path}.clusters[${index}].name`, "a cluster name is required");
    }
    total += cluster.weight ?? 0;
    bounds.push(total);
  }
  if (total === 0) {
    throw new ConfigError(path, "Sum of weights in the weighted_cluster must be greater than 0.");
  }
  if (total > 0xffff_ffff) {
    throw new ConfigError(path, `The sum of weights of all weighted clusters exceeds ${0xffff_ffff}`);
  }
  return (random) => {
    const chosen = random % total;
    return bounds.findIndex((bound) => chosen < bound);
  };
}

import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type ClusterSchema,
  Cluster_LbPolicy as LbPolicy,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Balance, Ejection } from "../../model/index.js";
import { duration } from "../envoy.js";

type ClusterInit = MessageInitShape<typeof ClusterSchema>;

const POLICIES = {
  roundRobin: LbPolicy.ROUND_ROBIN,
  leastRequest: LbPolicy.LEAST_REQUEST,
  random: LbPolicy.RANDOM,
  hash: LbPolicy.RING_HASH,
} as const;

/** How endpoints are chosen; what is hashed is the routes' business. */
export function balance(policy: Balance): Pick<ClusterInit, "lbPolicy" | "lbConfig"> {
  const lbPolicy = POLICIES[policy.kind];
  if (policy.kind !== "hash" || policy.minimumRingSize === undefined) return { lbPolicy };
  const value = { minimumRingSize: BigInt(policy.minimumRingSize) };
  return { lbPolicy, lbConfig: { case: "ringHashLbConfig", value } };
}

/** Outlier detection; endpoints that are out stay out, however many they are, as in Istio. */
export function ejection(rules: Ejection | undefined): Pick<ClusterInit, "outlierDetection" | "commonLbConfig"> {
  if (rules === undefined) return {};
  const outlierDetection: ClusterInit["outlierDetection"] = {
    // The share of successes is not looked at; Envoy's default would.
    enforcingSuccessRate: 0,
    splitExternalLocalOriginErrors: rules.splitLocalErrors,
  };
  if (rules.consecutiveErrors !== undefined) {
    outlierDetection.consecutive5xx = rules.consecutiveErrors;
    outlierDetection.enforcingConsecutive5xx = rules.consecutiveErrors === 0 ? 0 : 100;
  }
  if (rules.consecutiveGatewayErrors !== undefined) {
    outlierDetection.consecutiveGatewayFailure = rules.consecutiveGatewayErrors;
    outlierDetection.enforcingConsecutiveGatewayFailure = rules.consecutiveGatewayErrors === 0 ? 0 : 100;
  }
  if (rules.consecutiveLocalErrors !== undefined) {
    outlierDetection.consecutiveLocalOriginFailure = rules.consecutiveLocalErrors;
    outlierDetection.enforcingConsecutiveLocalOriginFailure = rules.consecutiveLocalErrors === 0 ? 0 : 100;
  }
  if (rules.interval !== undefined) outlierDetection.interval = duration(rules.interval);
  if (rules.baseTime !== undefined) outlierDetection.baseEjectionTime = duration(rules.baseTime);
  if (rules.maxPercent !== undefined) outlierDetection.maxEjectionPercent = rules.maxPercent;
  return { outlierDetection, commonLbConfig: { healthyPanicThreshold: { value: 0 } } };
}

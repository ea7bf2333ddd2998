import type { RouteAction_RequestMirrorPolicy as MirrorProto } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError } from "../../config/index.js";
import { asciiLower } from "../headers/index.js";
import { compileFraction } from "../matching/index.js";
import type { MirrorPolicy } from "./types.js";

/** Compiles one mirror policy. */
export function compileMirror(policy: MirrorProto, path: string): MirrorPolicy {
  if ((policy.cluster === "") === (policy.clusterHeader === "")) {
    throw new ConfigError(path, "expected exactly one of cluster and cluster_header");
  }
  return {
    cluster: policy.cluster,
    clusterHeader: asciiLower(policy.clusterHeader),
    fraction: compileFraction(policy.runtimeFraction),
    hostSuffix: !policy.disableShadowHostSuffixAppend,
  };
}

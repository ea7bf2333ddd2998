import {
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
  type RouteAction,
  type Route as RouteProto,
  type VirtualHost as VirtualHostProto,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { RouteConfiguration } from "../../../xds/gen/envoy/config/route/v3/route_pb.js";
import { ConfigError } from "../../config/index.js";
import { milliseconds } from "./duration.js";
import { compileHashPolicies } from "./hash-policy.js";
import { compileMirror } from "./mirror.js";
import { compileRetryPolicy } from "./retry-policy.js";
import { compileRewrite } from "./rewrite.js";
import type { ForwardAction } from "./types.js";

/** Envoy's default of `route.timeout`. */
const DEFAULT_TIMEOUT = 15_000;

const NOT_FOUND_STATUS: Readonly<Record<NotFoundCode, number>> = {
  [NotFoundCode.SERVICE_UNAVAILABLE]: 503,
  [NotFoundCode.NOT_FOUND]: 404,
  [NotFoundCode.INTERNAL_SERVER_ERROR]: 500,
};

/** Where a route stands: what is not said by the route is taken from its virtual host, then from the table. */
export interface Surroundings {
  readonly route: RouteProto;
  readonly virtualHost: VirtualHostProto;
  readonly table: RouteConfiguration;
  readonly virtualHostPath: string;
}

/** Compiles everything of a route action but the choice of the cluster. */
export function compileForward(action: RouteAction, around: Surroundings, path: string): ForwardAction {
  const own = action.retryPolicy;
  const retry = own
    ? compileRetryPolicy(own, `${path}.retry_policy`)
    : compileRetryPolicy(around.virtualHost.retryPolicy, `${around.virtualHostPath}.retry_policy`);
  return {
    kind: "forward",
    cluster: "",
    clusterNotFound: NOT_FOUND_STATUS[action.clusterNotFoundResponseCode],
    timeout: milliseconds(action.timeout) ?? DEFAULT_TIMEOUT,
    idleTimeout: milliseconds(action.idleTimeout),
    maxStreamDuration: milliseconds(action.maxStreamDuration?.maxStreamDuration),
    retry,
    mirrors: mirrors(action, around, path),
    hash: compileHashPolicies(action.hashPolicy, `${path}.hash_policy`),
    rewrite: compileRewrite(action, around.route.match, path),
    autoHostRewrite: action.hostRewriteSpecifier.case === "autoHostRewrite" && action.hostRewriteSpecifier.value.value,
    terminateConnect: terminatesConnect(action, path),
  };
}

function mirrors(action: RouteAction, around: Surroundings, path: string): ForwardAction["mirrors"] {
  // The most specific level that names any mirror counts alone.
  const policies = [
    [action.requestMirrorPolicies, path],
    [around.virtualHost.requestMirrorPolicies, around.virtualHostPath],
    [around.table.requestMirrorPolicies, "route_config"],
  ] as const;
  const [chosen, where] = policies.find(([list]) => list.length > 0) ?? [[], path];
  return chosen.map((policy, index) => compileMirror(policy, `${where}.request_mirror_policies[${index}]`));
}

function terminatesConnect(action: RouteAction, path: string): boolean {
  let terminates = false;
  for (const [index, upgrade] of action.upgradeConfigs.entries()) {
    if (upgrade.upgradeType.toUpperCase() !== "CONNECT") {
      throw new ConfigError(`${path}.upgrade_configs[${index}].upgrade_type`, "only CONNECT is implemented");
    }
    if (upgrade.enabled !== false && upgrade.connectConfig) terminates = true;
  }
  return terminates;
}

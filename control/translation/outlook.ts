import type { ClusterLoadAssignment } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { Model, Policy, Service, Standpoint } from "../model/index.js";
import { endpoints } from "./steps/endpoints.js";

/** How the endpoints that a proxy is told of depend on where it stands. All else is the same for all. */
export interface Outlook {
  /** The labels of a proxy that anything depends on, beside its locality. */
  readonly labels: readonly string[];
  /** Rules ask for it: a proxy that does not say where it stands is not served as they mean. */
  readonly asked: boolean;
  readonly endpoints: (proxy: Standpoint) => ClusterLoadAssignment[];
}

/** Undefined where all proxies are told the same, wherever they stand. */
export function outlookOf(model: Model): Outlook | undefined {
  const policies = model.services.flatMap(differing);
  if (policies.length === 0) return undefined;
  const labels = policies.flatMap(({ failover }) => failover?.labels ?? []);
  return {
    labels: [...new Set(labels.filter(({ value }) => value === undefined).map(({ name }) => name))].sort(),
    asked: policies.some(isAsked),
    endpoints: (proxy) => endpoints(model, proxy),
  };
}

/** The policies of a service that serve proxies by where they stand. */
function differing({ endpoints, policy, subsets }: Service): readonly Policy[] {
  const inLocalities = endpoints.some(({ locality }) => locality !== undefined);
  return [policy, ...subsets.map((subset) => subset.policy)].filter(
    (each) => isAsked(each) || (each.failover !== undefined && inLocalities),
  );
}

function isAsked({ distributions = [], failover }: Policy): boolean {
  return failover?.asked === true || distributions.some(({ from }) => from !== "*");
}

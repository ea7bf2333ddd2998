import { didYouMean, type Resource, type ServiceEntrySpec, type TargetRefs } from "../source/index.js";
import type { Problems } from "./problems.js";
import type { Codec } from "./types.js";

/** What policies of this namespace say holds for the whole mesh, as in Istio. */
export const ROOT_NAMESPACE = "istio-system";

/** A service, as far as it decides which policies are for it. */
export interface Target {
  readonly codec: Codec;
  readonly entry: Resource<ServiceEntrySpec>;
}

/** Is a policy for a service? One without targets is for all services of its namespace. */
export function isFor({ namespace }: { namespace: string }, targets: TargetRefs, { entry }: Target): boolean {
  if (targets === undefined) return namespace === ROOT_NAMESPACE || namespace === entry.namespace;
  return namespace === entry.namespace && targets.some(({ name }) => name === entry.name);
}

/** Says which targets there are not. */
export function checkTargets(
  policy: Resource<unknown>,
  targets: TargetRefs,
  services: readonly Target[],
  problems: Problems,
): void {
  const near = services.filter(({ entry }) => entry.namespace === policy.namespace).map(({ entry }) => entry.name);
  (targets ?? []).forEach(({ name, namespace }, index) => {
    const path = ["spec", "targetRefs", index];
    if (namespace !== undefined && namespace !== policy.namespace) {
      problems.error(policy, [...path, "namespace"], `expected the policy's own, ${policy.namespace}`);
    } else if (!near.includes(name)) {
      const message = `${policy.namespace} has no ServiceEntry ${name} with a port of a known protocol`;
      problems.error(policy, [...path, "name"], `${message}${didYouMean(name, near)}`);
    }
  });
}

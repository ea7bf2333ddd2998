import type { DestinationRuleSpec, LoadBalancerSpec, Resource } from "../source/index.js";
import type { Problems } from "./problems.js";

/** Says where a rule's parts for localities are not what its author may think. */
export function checkLocalities(rule: Resource<DestinationRuleSpec>, problems: Problems): void {
  const { trafficPolicy, subsets = [] } = rule.spec;
  const policies = [
    { policy: trafficPolicy, path: ["spec", "trafficPolicy"] },
    ...subsets.map((subset, index) => ({
      policy: subset.trafficPolicy,
      path: ["spec", "subsets", index, "trafficPolicy"],
    })),
  ];
  for (const { policy, path } of policies) {
    check(rule, policy?.loadBalancer, [...path, "loadBalancer"], problems);
    (policy?.portLevelSettings ?? []).forEach(({ loadBalancer }, index) => {
      check(rule, loadBalancer, [...path, "portLevelSettings", index, "loadBalancer"], problems);
    });
  }
}

function check(
  rule: Resource<DestinationRuleSpec>,
  spec: LoadBalancerSpec | undefined,
  path: readonly PropertyKey[],
  problems: Problems,
): void {
  const { distribute = [] } = spec?.localityLbSetting ?? {};
  const at = [...path, "localityLbSetting", "distribute"];
  if (distribute.length > 1) {
    const taken = distribute.find(({ from }) => from === "*") ?? distribute[0];
    const message = `holds for all proxies from ${taken?.from} alone: no proxy's own locality is known`;
    problems.warning(rule, at, message);
  }
  if (distribute.length > 0 && spec?.simple === "RANDOM")
    problems.warning(rule, at, "has no effect: RANDOM knows no weights, ROUND_ROBIN does");
}

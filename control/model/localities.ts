import type { DestinationRuleSpec, PortPolicySpec, Resource, TrafficPolicySpec } from "../source/index.js";
import type { Problems } from "./problems.js";

type Settings = Pick<PortPolicySpec, "loadBalancer" | "outlierDetection">;

/** Says where a rule's words for localities have no effect. */
export function checkLocalities(rule: Resource<DestinationRuleSpec>, problems: Problems): void {
  const { trafficPolicy: host, subsets = [] } = rule.spec;
  const check = (policy: TrafficPolicySpec | undefined, path: readonly PropertyKey[], above?: TrafficPolicySpec) => {
    checkSettings(rule, { outlierDetection: above?.outlierDetection, ...policy }, path, problems);
    (policy?.portLevelSettings ?? []).forEach((settings, index) => {
      const { outlierDetection } = ofPort(above, settings.port.number);
      checkSettings(rule, { outlierDetection, ...settings }, [...path, "portLevelSettings", index], problems);
    });
  };
  check(host, ["spec", "trafficPolicy"]);
  // What a subset does not say itself, its host says for it.
  subsets.forEach(({ trafficPolicy }, index) => {
    check(trafficPolicy, ["spec", "subsets", index, "trafficPolicy"], host);
  });
}

function ofPort(policy: TrafficPolicySpec | undefined, port: number): Settings {
  return policy?.portLevelSettings?.find((settings) => settings.port.number === port) ?? policy ?? {};
}

function checkSettings(
  rule: Resource<DestinationRuleSpec>,
  { loadBalancer, outlierDetection }: Settings,
  path: readonly PropertyKey[],
  problems: Problems,
): void {
  const { simple, localityLbSetting: setting } = loadBalancer ?? {};
  if (setting === undefined || setting.enabled === false) return;
  const warn = (field: string, message: string): void => {
    problems.warning(rule, [...path, "loadBalancer", "localityLbSetting", field], `has no effect: ${message}`);
  };
  if (setting.distribute !== undefined && simple === "RANDOM") {
    warn("distribute", "RANDOM knows no weights, ROUND_ROBIN does");
  }
  if (outlierDetection !== undefined) return;
  for (const field of ["failover", "failoverPriority"] as const) {
    if (setting[field] !== undefined) warn(field, "without outlierDetection no endpoint is ever taken for bad");
  }
}

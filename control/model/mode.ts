import type { DestinationRuleSpec, Resource, TrafficPolicySpec } from "../source/index.js";
import type { Problems } from "./problems.js";
import type { Codec } from "./types.js";

const FIELD = ["connectionPool", "http", "h2UpgradePolicy"] as const;

/**
 * The codec with what a DestinationRule wants of connections to backends. Istio's `h2UpgradePolicy` asks for just this: many
 * requests on a connection at a time (UPGRADE, as HTTP/2 has it), or one (DO_NOT_UPGRADE, as HTTP/1.1 has it).
 * @param multiplexes whether the codec's module can have many
 */
export function withMode(
  codec: Codec,
  port: number,
  rule: Resource<DestinationRuleSpec>,
  multiplexes: boolean,
  problems: Problems,
): Codec {
  const { trafficPolicy, subsets = [] } = rule.spec;
  subsets.forEach(({ trafficPolicy: own }, index) => {
    if (settingAt(own, port).wanted === undefined) return;
    const message = "expected in spec.trafficPolicy: backends are all spoken to in one way, whatever their subset";
    problems.error(rule, ["spec", "subsets", index, "trafficPolicy", ...FIELD], message);
  });
  const { wanted, path } = settingAt(trafficPolicy, port);
  if (wanted === undefined || wanted === "DEFAULT") return codec;
  const ineffective = (why: string): Codec => {
    problems.warning(rule, ["spec", "trafficPolicy", ...path], `has no effect: ${why}`);
    return codec;
  };
  if (codec.lane === "session") return ineffective(`each session of ${codec.name} has a connection of its own`);
  const mode = wanted === "UPGRADE" ? "multiplexed" : "plain";
  if (mode === codec.mode) return codec;
  if (mode === "plain" || multiplexes) return { ...codec, mode, modeByRule: true };
  return ineffective(`servers of ${codec.name} take one request at a time on a connection`);
}

/** What holds for a port, and where it stands: a port's own settings stand in the place of all the others. */
function settingAt(policy: TrafficPolicySpec | undefined, port: number) {
  const ports = policy?.portLevelSettings ?? [];
  const index = ports.findIndex((setting) => setting.port.number === port);
  const { connectionPool } = (index < 0 ? policy : ports[index]) ?? {};
  const path = index < 0 ? FIELD : (["portLevelSettings", index, ...FIELD] as const);
  return { wanted: connectionPool?.http?.h2UpgradePolicy, path };
}

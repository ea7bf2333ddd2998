import type { LoadBalancerSpec, OutlierDetectionSpec, PortPolicySpec, TrafficPolicySpec } from "../source/index.js";
import type { Balance, Distribution, Ejection, Failover, Policy } from "./types.js";

/** What holds for a port where no DestinationRule says otherwise; round robin is Aeraki's default. */
const DEFAULT_BALANCE: Balance = { kind: "roundRobin" };

const SIMPLE: Readonly<Record<NonNullable<LoadBalancerSpec["simple"]>, Balance>> = {
  UNSPECIFIED: DEFAULT_BALANCE,
  ROUND_ROBIN: { kind: "roundRobin" },
  LEAST_REQUEST: { kind: "leastRequest" },
  LEAST_CONN: { kind: "leastRequest" },
  RANDOM: { kind: "random" },
  PASSTHROUGH: DEFAULT_BALANCE,
};

/**
 * The policy of a port. A subset's settings replace the host's one by one; at each level a port's own settings stand in
 * the place of all the others, as Istio has it.
 * @param usual how endpoints are chosen where no level says it
 */
export function policyOf(
  levels: readonly (TrafficPolicySpec | undefined)[],
  port: number,
  usual: Balance = DEFAULT_BALANCE,
): Policy {
  const settings: Settings = Object.assign({}, ...levels.map((level) => atPort(level, port)));
  const { tcp, http } = settings.connectionPool ?? {};
  const ejection = ejectionOf(settings.outlierDetection);
  return {
    balance: balanceOf(settings.loadBalancer, usual),
    ...defined("distributions", distributionsOf(settings.loadBalancer)),
    ...defined("failover", ejection && failoverOf(settings.loadBalancer)),
    ...defined("connectTimeout", tcp?.connectTimeout),
    ...defined("maxConnections", tcp?.maxConnections),
    ...defined("maxPendingRequests", http?.http1MaxPendingRequests),
    ...defined("maxRequests", http?.http2MaxRequests),
    ...defined("maxConcurrentStreams", http?.maxConcurrentStreams),
    ...defined("maxRetries", http?.maxRetries),
    ...defined("retryBudget", budgetOf(settings.retryBudget)),
    ...defined("ejection", ejection),
  };
}

type Settings = PortPolicySpec & Pick<TrafficPolicySpec, "retryBudget">;

function atPort(level: TrafficPolicySpec | undefined, port: number): Settings {
  const { portLevelSettings = [], tunnel: _, proxyProtocol: __, ...general } = level ?? {};
  const own = portLevelSettings.find((setting) => setting.port.number === port);
  if (own === undefined) return general;
  const { port: ___, ...settings } = own;
  // A port cannot have one of its own.
  return general.retryBudget === undefined ? settings : { ...settings, retryBudget: general.retryBudget };
}

function budgetOf(spec: TrafficPolicySpec["retryBudget"]): Policy["retryBudget"] {
  return spec && { ...defined("percent", spec.percent), ...defined("least", spec.minRetryConcurrency) };
}

function balanceOf(spec: LoadBalancerSpec | undefined, usual: Balance): Balance {
  if (spec === undefined) return usual;
  const hash = spec.consistentHash;
  if (hash === undefined) return SIMPLE[spec.simple ?? "UNSPECIFIED"];
  const by =
    hash.httpHeaderName !== undefined
      ? { attribute: hash.httpHeaderName }
      : hash.useSourceIp
        ? "sourceAddress"
        : undefined;
  if (by === undefined) return DEFAULT_BALANCE;
  return { kind: "hash", by, ...defined("minimumRingSize", hash.ringHash?.minimumRingSize ?? hash.minimumRingSize) };
}

function distributionsOf(spec: LoadBalancerSpec | undefined): readonly Distribution[] | undefined {
  const setting = spec?.localityLbSetting;
  if (setting?.enabled === false) return undefined;
  return setting?.distribute?.map(({ from, to }) => ({
    from,
    shares: Object.entries(to).map(([locality, weight]) => ({ locality, weight })),
  }));
}

/** As in Istio nearer endpoints come first, unless a rule has it otherwise, wherever those that fail are left out. */
function failoverOf(spec: LoadBalancerSpec | undefined): Failover | undefined {
  const { enabled, distribute, failover, failoverPriority } = spec?.localityLbSetting ?? {};
  if (enabled === false || distribute !== undefined) return undefined;
  const labels = (failoverPriority ?? []).map((label) => {
    const [name = "", ...value] = label.split("=");
    return value.length === 0 ? { name } : { name, value: value.join("=") };
  });
  return { regions: failover ?? [], labels, asked: failover !== undefined || failoverPriority !== undefined };
}

function ejectionOf(spec: OutlierDetectionSpec | undefined): Ejection | undefined {
  if (spec === undefined) return undefined;
  return {
    ...defined("consecutiveErrors", spec.consecutive5xxErrors ?? spec.consecutiveErrors),
    ...defined("consecutiveGatewayErrors", spec.consecutiveGatewayErrors),
    ...defined("consecutiveLocalErrors", spec.consecutiveLocalOriginFailures),
    splitLocalErrors: spec.splitExternalLocalOriginErrors ?? false,
    ...defined("interval", spec.interval),
    ...defined("baseTime", spec.baseEjectionTime),
    ...defined("maxPercent", spec.maxEjectionPercent),
  };
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}

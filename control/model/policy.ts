import type { LoadBalancerSpec, OutlierDetectionSpec, PortPolicySpec, TrafficPolicySpec } from "../source/index.js";
import type { Balance, Ejection, Policy, Share } from "./types.js";

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
    ...defined("shares", sharesOf(settings.loadBalancer)),
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

/** The distribution that is for every proxy, else the first: what does not fit is told in localities.ts. */
function sharesOf(spec: LoadBalancerSpec | undefined): readonly Share[] | undefined {
  const setting = spec?.localityLbSetting;
  if (setting?.enabled === false) return undefined;
  const { distribute = [] } = setting ?? {};
  const chosen = distribute.find(({ from }) => from === "*") ?? distribute[0];
  return chosen && Object.entries(chosen.to).map(([locality, weight]) => ({ locality, weight }));
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

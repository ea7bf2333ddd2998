import { type Problem, readRules } from "../source/index.js";
import { buildModel } from "./build.js";
import type { Service } from "./types.js";

const codecs = new Map([
  ["many", { lane: "request", pins: false, multiplexed: true } as const],
  ["one", { lane: "request", pins: false, multiplexed: false } as const],
  ["whole", { lane: "session", pins: false, multiplexed: false } as const],
]);

/** A service of this protocol whose DestinationRule has this policy, and this one for a subset; what it comes to, and what is told. */
export function serviceWith(
  protocol: string,
  { policy = {}, subset = {} }: { readonly policy?: object; readonly subset?: object },
): { readonly service: Service | undefined; readonly problems: readonly Problem[] } {
  const text = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, annotations: { meltemi.dev/lane: auto } }
spec:
  hosts: [a.test]
  ports: [{ number: 1, name: tcp-metaprotocol-${protocol} }]
  resolution: STATIC
  endpoints: [{ address: 10.0.0.1 }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a }
spec: { host: a.test, trafficPolicy: ${JSON.stringify(policy)}, subsets: [{ name: s, trafficPolicy: ${JSON.stringify(subset)} }] }
`;
  const { rules, problems } = readRules([{ path: "a.yaml", text }]);
  const built = rules && buildModel(rules, { modules: { codecs, http: new Map() } });
  return { service: built?.model?.services[0], problems: [...problems, ...(built?.problems ?? [])] };
}

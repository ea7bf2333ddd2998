import { expect, test } from "vitest";
import { formatProblem, readRules } from "../source/index.js";
import { buildModel } from "./index.js";

const codecs = new Map([
  ["many", { lane: "request", pins: false, multiplexed: true } as const],
  ["one", { lane: "request", pins: false, multiplexed: false } as const],
  ["whole", { lane: "session", pins: false, multiplexed: false } as const],
]);

/** A service of this protocol with this policy; what it comes to, and what is told. */
function read(protocol: string, { policy = {}, subset = {} }: { policy?: object; subset?: object }) {
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
  return { service: built?.model?.services[0], problems: [...problems, ...(built?.problems ?? [])].map(formatProblem) };
}

const pool = (h2UpgradePolicy: string) => ({ connectionPool: { http: { h2UpgradePolicy } } });

test.each([
  ["many", pool("DO_NOT_UPGRADE"), "plain"],
  ["many", pool("UPGRADE"), "multiplexed"],
  ["many", pool("DEFAULT"), "multiplexed"],
  ["one", pool("DO_NOT_UPGRADE"), "plain"],
  ["many", { ...pool("UPGRADE"), portLevelSettings: [{ port: { number: 1 }, ...pool("DO_NOT_UPGRADE") }] }, "plain"],
  ["many", { ...pool("DO_NOT_UPGRADE"), portLevelSettings: [{ port: { number: 1 } }] }, "multiplexed"],
  ["many", { ...pool("DO_NOT_UPGRADE"), portLevelSettings: [{ port: { number: 2 } }] }, "plain"],
])("%s with %j is %s", (protocol, policy, mode) => {
  const { service, problems } = read(protocol, { policy });
  expect(problems).toEqual([]);
  expect(service?.codec.mode).toBe(mode);
});

test("one request at a time is a matter of each request: the service leaves the flows, and its listener lets it back", () => {
  expect(read("many", {}).service?.lane).toMatchObject({ taken: "flow", open: true });
  const { lane } = read("many", { policy: pool("DO_NOT_UPGRADE") }).service ?? {};
  expect(lane).toMatchObject({ taken: "request", open: true });
  expect(lane?.why).toMatch(/a DestinationRule wants one request at a time/);
});

test.each([
  ["one", { policy: pool("UPGRADE") }, /warning: .*h2UpgradePolicy: has no effect: servers of one take one request/],
  ["whole", { policy: pool("DO_NOT_UPGRADE") }, /warning: .*has no effect: each session of whole has a connection/],
  [
    "many",
    { subset: pool("DO_NOT_UPGRADE") },
    /error: .*subsets\[0\].*h2UpgradePolicy: expected in spec\.trafficPolicy/,
  ],
])("%s with %j is told", (protocol, rules, expected) => {
  expect(read(protocol, rules).problems.join("\n")).toMatch(expected);
});

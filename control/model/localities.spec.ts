import { expect, test } from "vitest";
import { formatProblem } from "../source/index.js";
import { serviceWith } from "./policy.support.js";

/** What is told of a DestinationRule with this policy, and with this one for a subset. */
function told(policy: object, subset: object = {}): string[] {
  const { problems } = serviceWith("many", { policy, subset });
  return problems.map((problem) => formatProblem(problem).replace(/^a.yaml:\d+:\d+: /, ""));
}

const setting = (localityLbSetting: object) => ({ loadBalancer: { localityLbSetting } });
const failover = [{ from: "eu", to: "us" }];
const outlierDetection = { consecutive5xxErrors: 3 };
const onPort = (policy: object) => ({ portLevelSettings: [{ port: { number: 1 }, ...policy }] });
const AT = "spec.trafficPolicy.loadBalancer.localityLbSetting";

test.each([
  [{ ...setting({ failover }), outlierDetection }, {}],
  [{ outlierDetection }, setting({ failoverPriority: ["rack"] })],
  [{ outlierDetection }, onPort(setting({ failover }))],
  [onPort({ outlierDetection }), onPort(setting({ failover }))],
  [setting({ enabled: false, failover }), {}],
])("%j with a subset's %j is all that it needs", (policy, subset) => {
  expect(told(policy, subset)).toEqual([]);
});

test.each([
  [setting({ failover }), {}, /^warning: spec\.trafficPolicy\.\S+\.failover: has no effect: without outlierDetection/],
  [
    { outlierDetection, ...onPort(setting({ failoverPriority: ["rack"] })) },
    {},
    /^warning: \S+\.portLevelSettings\[0\]\.\S+\.failoverPriority: has no effect: without outlierDetection/,
  ],
  [
    { outlierDetection, ...onPort({}) },
    onPort(setting({ failover })),
    /^warning: spec\.subsets\[0\]\.\S+\.portLevelSettings\[0\]\.\S+\.failover: has no effect/,
  ],
])("%j with a subset's %j is told to have no effect", (policy, subset, message) => {
  expect(told(policy, subset)).toEqual([expect.stringMatching(message)]);
});

test.each([
  [{ failover, distribute: [{ from: "*", to: { eu: 100 } }] }, `${AT}: expected distribute, or failover and`],
  [{ failover: [{ from: "eu", to: "eu" }] }, `${AT}.failover[0]: expected two different regions, without stars`],
  [{ failover: [{ from: "eu/*", to: "us" }] }, `${AT}.failover[0]: expected two different regions, without stars`],
  [{ failoverPriority: [] }, `${AT}.failoverPriority: expected at least one label`],
])("%j is an error", (value, message) => {
  expect(told(setting(value))).toEqual([expect.stringContaining(`error: ${message}`)]);
});

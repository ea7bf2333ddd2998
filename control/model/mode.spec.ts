import { expect, test } from "vitest";
import { formatProblem } from "../source/index.js";
import { serviceWith } from "./policy.support.js";

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
  const { service, problems } = serviceWith(protocol, { policy });
  expect(problems).toEqual([]);
  expect(service?.codec.mode).toBe(mode);
});

test("one request at a time is a matter of each request: the service leaves the flows, and its listener lets it back", () => {
  expect(serviceWith("many", {}).service?.lane).toMatchObject({ taken: "flow", open: true });
  const { lane } = serviceWith("many", { policy: pool("DO_NOT_UPGRADE") }).service ?? {};
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
  expect(serviceWith(protocol, rules).problems.map(formatProblem).join("\n")).toMatch(expected);
});

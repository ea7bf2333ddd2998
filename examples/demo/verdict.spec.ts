import { expect, test } from "vitest";
import type { Model, Route, Service } from "../../control/index.js";
import type { Attributes, Call, Entry } from "./calls.js";
import { ruleOf } from "./expectation.js";
import { table } from "./table.js";
import { verdict } from "./verdict.js";

const HOST = "reviews.bookinfo";

function modelWith(...routes: Partial<Route>[]): Model {
  const versions = ["v1", "v2", "v3"];
  const service: Service = {
    host: HOST,
    port: 9080,
    codec: { name: "awesomerpc", lane: "request", pins: false, mode: "multiplexed" },
    bind: { address: "127.0.0.1", port: 1 },
    tuning: {},
    endpoints: versions.map((version, index) => ({ address: "127.0.0.1", port: 2 + index, labels: { version } })),
    policy: { balance: { kind: "roundRobin" } },
    subsets: versions.map((version) => ({
      name: version,
      labels: { version },
      policy: { balance: { kind: "roundRobin" } },
    })),
    routes: routes.map((route, index) => ({
      ...{ name: `rule-${index}`, match: [], destinations: [to("v1")], mirrors: [] },
      ...{ requestMutation: [], responseMutation: [] },
      ...route,
    })),
    lane: { taken: "request", open: false, why: "" },
    origin: { file: "rules.yaml", line: 1, column: 1 },
  };
  return { services: [service] };
}

function to(subset: string, weight = 100) {
  return { host: HOST, port: 9080, subset, weight };
}

interface Seen {
  readonly by?: string;
  readonly copiedTo?: string;
  readonly user?: string;
  readonly ok?: boolean;
  readonly arrivedWith?: Attributes;
  readonly answeredWith?: Attributes;
}

function entry({ by = "v1", copiedTo, user = "Ann", ok = true, arrivedWith = [], answeredWith = [] }: Seen): Entry {
  const call: Call = {
    ...{ host: HOST, milliseconds: 1, ok },
    attributes: [["user", user]],
    responseAttributes: answeredWith,
    servedBy: `reviews ${by}`,
  };
  const backends = copiedTo === undefined ? [by] : [by, copiedTo];
  return { call, arrivals: backends.map((version) => ({ backend: `reviews ${version}`, attributes: arrivedWith })) };
}

function times(count: number, seen: Seen = {}): Entry[] {
  return Array.from({ length: count }, () => entry(seen));
}

function good(model: Model, entries: readonly Entry[]): boolean {
  return verdict(model, entries).every(({ ok }) => ok);
}

test("a split is judged by its weights, and strays by their being there", () => {
  const model = modelWith({ destinations: [to("v1", 70), to("v3", 30)] });
  expect(good(model, [...times(690), ...times(310, { by: "v3" })])).toBe(true);
  expect(good(model, [...times(500), ...times(500, { by: "v3" })])).toBe(false);
  expect(good(model, [...times(690), ...times(309, { by: "v3" }), ...times(1, { by: "v2" })])).toBe(false);
  expect(good(model, [])).toBe(false);
});

test("the rule of a call is the first that matches", () => {
  const model = modelWith(
    { match: [{ name: "USER", invert: false, test: { kind: "exact", value: "Jason" } }], destinations: [to("v2")] },
    { match: [{ name: "user", invert: true, test: { kind: "regex", value: "A.*" } }], destinations: [to("v3")] },
    {},
  );
  expect(["Jason", "Bilal", "Ann"].map((user) => ruleOf(model, entry({ user }).call)?.name)).toEqual([
    "rule-0",
    "rule-1",
    "rule-2",
  ]);
  expect(good(model, [entry({ user: "Jason", by: "v2" }), entry({ user: "Bilal", by: "v3" }), entry({})])).toBe(true);
  expect(good(model, [entry({ user: "Jason", by: "v1" })])).toBe(false);
});

test("every copy must be there, and none that nobody asked for", () => {
  const mirroring = modelWith({ mirrors: [{ ...to("v2"), percentage: 100 }] });
  expect(good(mirroring, times(10, { copiedTo: "v2" }))).toBe(true);
  expect(good(mirroring, [...times(9, { copiedTo: "v2" }), entry({})])).toBe(false);
  expect(good(mirroring, times(10, { copiedTo: "v3" }))).toBe(false);
  expect(good(modelWith({}), times(10, { copiedTo: "v2" }))).toBe(false);
});

test("mutations arrive in the spelling of the rules, once", () => {
  const model = modelWith({
    requestMutation: [{ kind: "set", name: "X-A", value: "1", match: [] }],
    responseMutation: [{ kind: "set", name: "X-B", value: "2", match: [] }],
  });
  const both: Seen = { arrivedWith: [["X-A", "1"]], answeredWith: [["X-B", "2"]] };
  expect(good(model, [entry(both)])).toBe(true);
  expect(good(model, [entry({ ...both, arrivedWith: [["x-a", "1"]] })])).toBe(false);
  expect(
    good(model, [
      entry({
        ...both,
        answeredWith: [
          ["X-B", "2"],
          ["x-b", "0"],
        ],
      }),
    ]),
  ).toBe(false);
});

test("a failed call is one", () => {
  expect(good(modelWith({}), [entry({}), entry({ ok: false })])).toBe(false);
});

test("the table has a line for each rule and backend", () => {
  const model = modelWith({ destinations: [to("v1", 70), to("v3", 30)], mirrors: [{ ...to("v2"), percentage: 100 }] });
  const lines = table(model, [...times(3, { copiedTo: "v2" }), entry({ by: "v3", copiedTo: "v2", ok: false })]);
  expect(lines).toEqual([
    "service  rule    went to     requests  share  copies    status  p50 ms  p99 ms",
    "reviews  rule-0  reviews v1         3   75 %                ok     1.0     1.0",
    "reviews  rule-0  reviews v2                        4",
    "reviews  rule-0  reviews v3         1   25 %          1 failed     1.0     1.0",
  ]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Model, Route, Service } from "../model/index.js";
import { flowPlan } from "./flow-plan.js";

const HOST = "a.example";

function route(name: string, weights: readonly number[]): Route {
  const destinations = weights.map((weight, index) => ({ host: HOST, port: 1, subset: `v${index}`, weight }));
  return { name, match: [], destinations, mirrors: [], requestMutation: [], responseMutation: [] };
}

function modelOf(endpoints: number): Model {
  const service: Service = {
    host: HOST,
    port: 1,
    codec: { name: "awesomerpc", lane: "request", pins: false, mode: "multiplexed" },
    bind: { address: "127.0.0.1", port: 1 },
    tuning: {},
    endpoints: Array.from({ length: endpoints }, (_, index) => ({ address: "127.0.0.1", port: 2 + index, labels: {} })),
    policy: { balance: { kind: "roundRobin" } },
    subsets: [],
    lane: { taken: "flow", open: true, why: "" },
    origin: { file: "rules.yaml", line: 1, column: 1 },
  };
  return { services: [service] };
}

const weights = fc
  .array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 5 })
  .filter((list) => list.some((weight) => weight > 0));

test("each destination's cells are as wide as its weight, whatever other routes split by", () => {
  fc.assert(
    fc.property(fc.array(weights, { minLength: 1, maxLength: 3 }), (lists) => {
      const rules = lists.map((list, index) => route(`r${index}`, list));
      const { draw, routes } = flowPlan(rules, modelOf(1));
      const all = draw.reduce((sum, width) => sum + width, 0);
      for (const [index, { shares }] of routes.entries()) {
        const list = (lists[index] ?? []).filter((weight) => weight > 0);
        const total = list.reduce((sum, weight) => sum + weight, 0);
        expect(shares.length).toBe(list.length);
        for (const [at, { cells }] of shares.entries()) {
          if (cells === undefined) {
            expect(list.length).toBe(1);
            continue;
          }
          const width = draw.slice(cells.first, cells.end).reduce((sum, each) => sum + each, 0);
          // Totals without a common measure below a thousand million are rounded to a millionth.
          expect(Math.abs(width / all - (list[at] ?? 0) / total)).toBeLessThan(2e-6);
        }
      }
    }),
  );
});

test("without splits nothing is drawn", () => {
  expect(flowPlan([route("one", [7])], modelOf(1)).draw).toEqual([]);
});

test("a key has a stream for each endpoint, up to eight", () => {
  expect([1, 5, 50].map((count) => flowPlan([route("one", [1])], modelOf(count)).streams)).toEqual([1, 5, 8]);
});

test("the revision changes with weights and with nothing that streams do not depend on", () => {
  const revision = (list: readonly number[], endpoints = 1) =>
    flowPlan([route("one", list)], modelOf(endpoints)).revision;
  expect(revision([1, 2])).toBe(revision([1, 2], 5));
  expect(revision([1, 2])).not.toBe(revision([2, 1]));
});

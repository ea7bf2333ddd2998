import { expect, it } from "vitest";
import { median, percentile, rounded, spread } from "./statistics.js";

const runs = (...costs: number[]) => costs.map((cpuPerRequestUs, i) => ({ cpuPerRequestUs, i }));

it("takes the run in the middle, whole", () => {
  expect(median(runs(30, 10, 20))).toEqual({ cpuPerRequestUs: 20, i: 2 });
  expect(median(runs(2, 1))).toEqual({ cpuPerRequestUs: 2, i: 0 });
  expect(median(runs(7))).toEqual({ cpuPerRequestUs: 7, i: 0 });
  expect(() => median([])).toThrow("no runs");
});

it("does not change the order of the runs", () => {
  const given = runs(3, 1, 2);
  median(given);
  expect(given).toEqual(runs(3, 1, 2));
});

it("finds what a share of the values does not pass", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([0, 0.5, 0.98, 1].map((share) => percentile(hundred, share))).toEqual([1, 51, 99, 100]);
  expect(percentile([], 0.99)).toBe(0);
});

it("says how far apart the runs are", () => {
  expect(spread(runs(20, 10, 30))).toBe(1);
  expect(spread(runs(5))).toBe(0);
});

it("shows no digit that means nothing", () => {
  expect([0.5234, 1.04, 1.44, 9.96, 12.4, 243.2].map(rounded)).toEqual(["0.52", "1", "1.4", "10", "12", "243"]);
});

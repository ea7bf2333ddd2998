import { expect, test } from "vitest";
import { fairShare, fairSplit, quantile } from "./statistics.js";

test.each([
  { counts: [700, 300], weights: [70, 30], fair: true },
  { counts: [720, 280], weights: [70, 30], fair: true },
  { counts: [770, 230], weights: [70, 30], fair: false },
  { counts: [500, 500], weights: [70, 30], fair: false },
  { counts: [1000, 0], weights: [100, 0], fair: true },
  { counts: [999, 1], weights: [100, 0], fair: false },
  { counts: [340, 320, 340], weights: [1, 1, 1], fair: true },
  { counts: [400, 300, 300], weights: [1, 1, 1], fair: false },
  { counts: [0, 0], weights: [1, 1], fair: true },
  { counts: [5], weights: [1], fair: true },
])("$counts by $weights: $fair", ({ counts, weights, fair }) => {
  expect(fairSplit(counts, weights)).toBe(fair);
});

test("a share of all or nothing is exact", () => {
  expect([fairShare(100, 100, 1), fairShare(99, 100, 1), fairShare(0, 100, 0), fairShare(1, 100, 0)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([fairShare(130, 1000, 0.125), fairShare(300, 1000, 0.125)]).toEqual([true, false]);
});

test("a quantile of few values is one of them", () => {
  expect([quantile([], 0.5), quantile([1], 0.99), quantile([1, 2, 3], 0.5), quantile([1, 2, 3], 0.99)]).toEqual([
    0, 1, 2, 3,
  ]);
});

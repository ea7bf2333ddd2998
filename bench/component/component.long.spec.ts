import { expect, it } from "vitest";
import { componentFigures, componentTable } from "./index.js";

it("measures decode of a component, and of its core module", async () => {
  const figures = await componentFigures({ rounds: 3, seconds: 0.2 });
  const [bindings = 0, byHand = 0, bare = 0] = figures.map(({ microseconds }) => microseconds);
  expect(bare).toBeGreaterThan(0);
  expect(byHand).toBeGreaterThan(bare);
  expect(bindings).toBeGreaterThan(byHand);
  expect(componentTable(figures)).toMatch(/^\| the core module, no strings +\| 1 +\| [\d.]+ +\|$/m);
  console.log(componentTable(figures));
}, 120_000);

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compatibilityTable } from "./compatibility.js";

test("the README's table of modules is what the cases run", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const table = /<!-- modules: begin -->\n([\s\S]*?)\n?<!-- modules: end -->/.exec(readme)?.[1];
  expect(table?.trim()).toBe(compatibilityTable());
});

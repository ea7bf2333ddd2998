import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compatibilityTable } from "./compatibility.js";

test("the README's table of modules is what the cases run", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const table = /<!-- modules: begin -->\n([\s\S]*?)\n?<!-- modules: end -->/.exec(readme)?.[1];
  expect(cells(table ?? "")).toEqual(cells(compatibilityTable()));
});

/** What stands in a table's rows, however wide its columns are drawn. */
function cells(table: string): string[][] {
  const rows = table.trim().split("\n");
  return rows.map((row) => row.split("|").map((cell) => cell.trim().replace(/^-+$/, "---")));
}

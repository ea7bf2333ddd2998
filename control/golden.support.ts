import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/** Compares with a committed file; `UPDATE_GOLDEN=1` in the environment writes it anew. */
export function expectGolden(file: URL, actual: string): void {
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, "utf8"));
}

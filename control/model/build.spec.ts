import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { expectGolden } from "../golden.support.js";
import { formatProblem, readRules } from "../source/index.js";
import { buildModel } from "./index.js";

const folder = new URL("golden/", import.meta.url);
const cases = readdirSync(folder).flatMap((file) => (file.endsWith(".yaml") ? [file] : []));
const codec = { multiplexed: true, lane: "request", pins: false } as const;
const modules = {
  codecs: new Map([["awesomerpc", codec] as const, ["dubbo", codec] as const, ["redis", codec] as const]),
  http: new Map(),
};

test.each(cases)("what does not fit together in %s is said as it was", (file) => {
  const { rules, problems } = readRules([{ path: file, text: readFileSync(new URL(file, folder), "utf8") }]);
  expect(problems).toEqual([]);
  const built = rules && buildModel(rules, { modules });
  expect(built?.model).toBeUndefined();
  const report = (built?.problems ?? []).map((problem) => `${formatProblem(problem)}\n`).join("");
  expectGolden(new URL(file.replace(".yaml", ".txt"), folder), report);
});

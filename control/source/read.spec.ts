import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { expectGolden } from "../golden.support.js";
import { formatProblem, readRules } from "./index.js";

const folder = new URL("golden/", import.meta.url);
const cases = readdirSync(folder).flatMap((file) => (file.endsWith(".yaml") ? [file] : []));

test.each(cases)("what is wrong with %s is said as it was", (file) => {
  const { problems } = readRules([{ path: file, text: readFileSync(new URL(file, folder), "utf8") }]);
  const report = problems.map((problem) => `${formatProblem(problem)}\n`).join("");
  expectGolden(new URL(file.replace(".yaml", ".txt"), folder), report);
});

const PROTOCOL = "apiVersion: metaprotocol.aeraki.io/v1alpha1\nkind: ApplicationProtocol\n";

test("one bad document keeps all the good ones out", () => {
  const good = `${PROTOCOL}metadata: {name: a}\nspec: {protocol: a, codec: a}\n`;
  expect(readRules([{ path: "a.yaml", text: good }]).rules?.applicationProtocols).toHaveLength(1);
  const both = readRules([
    { path: "a.yaml", text: good },
    { path: "b.yaml", text: `${PROTOCOL}metadata: {name: b}\nspec: {protocol: b}\n` },
  ]);
  expect(both.rules).toBeUndefined();
  expect(both.problems.map(formatProblem)).toEqual(["b.yaml:4:7: error: spec.codec: required: expected a text"]);
});

test("JSON is YAML, and an empty file is no rule", () => {
  const value = { apiVersion: "metaprotocol.aeraki.io/v1alpha1", kind: "ApplicationProtocol" };
  const text = JSON.stringify({ ...value, metadata: { name: "a" }, spec: { protocol: "a", codec: "a" } }, null, 2);
  const loaded = readRules([
    { path: "a.json", text },
    { path: "b.yaml", text: "# nothing\n" },
    { path: "c.yml", text: "" },
  ]);
  expect(loaded.problems).toEqual([]);
  expect(loaded.rules?.applicationProtocols[0]?.at(["spec", "codec"])).toEqual({ file: "a.json", line: 9, column: 14 });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { PropertyValue } from "../property-value.js";
import { compile } from "./index.js";

const PROPERTIES: Readonly<Record<string, PropertyValue>> = {
  name: "\u00c3\u00a4",
  count: 3n,
  connection_id: 7n,
  request: { kind: "namespace", get: (key) => (key === "time" ? 1_500_000_000n : undefined) },
};

function evaluated(text: string): PropertyValue | undefined | string {
  const expression = compile(text);
  return typeof expression === "string" ? expression : expression((name) => PROPERTIES[name]);
}

test.each<[string, unknown]>([
  ["name == 'ä'", true],
  ["name + 'ö'", "\u00c3\u00a4\u00c3\u00b6"],
  ["count + 1", 4n],
  ["count + 1u", undefined],
  ["connection_id + 1u", 8n],
  ["request.time", 1_500_000_000n],
  ["request.time == timestamp('1970-01-01T00:00:01.5Z')", true],
  ["request.nothing", undefined],
  ["nothing", undefined],
  ["matches(name, '^.$')", true],
  ["null", null],
  ["1 +", "malformed"],
  ["has(a['b'])", "malformed"],
  ["nothing(1)", "unknown function"],
])("%s", (text, value) => {
  expect(evaluated(text)).toEqual(value);
});

test("neither depth nor garbage ends the process", () => {
  expect(evaluated("(".repeat(100_000))).toBe("malformed");
  expect(evaluated(`${"[".repeat(300)}${"]".repeat(300)}[0]`)).toBeDefined();
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => void evaluated(text)));
});

import { expect, test } from "vitest";
import { stringify } from "yaml";
import { expectGolden } from "../golden.support.js";
import { CASES, caseFile, translateCase } from "./cases.support.js";
import { asJson } from "./static.support.js";

test.each(CASES)("%s is translated as it was", (name) => {
  const { resources, warnings } = translateCase(name);
  const document = { ...(warnings.length > 0 ? { warnings } : {}), ...asJson(resources) };
  expectGolden(caseFile(name, "expected.yaml"), stringify(document, { lineWidth: 120, aliasDuplicateObjects: false }));
});

test.each(CASES)("%s: a change of rules alone changes routes alone", (name) => {
  const { listeners, extensions } = asJson(translateCase(name).resources);
  const text = JSON.stringify([listeners, extensions]);
  // Nothing that comes from a MetaRouter may be in what an update would have to drain or reload.
  expect(text).not.toMatch(/meltemi\|/);
});

import { expect, test } from "vitest";
import { stringify } from "yaml";
import { expectGolden } from "../golden.support.js";
import { CASES, caseFile, translateCase, withoutPem } from "./cases.support.js";
import { asJson, type ResourcesAsJson } from "./static.support.js";

/** The case that all others are variations of. */
const PLAINEST = "no-rules";

test.each(CASES)("%s is translated as it was", (name) => {
  const { resources, warnings } = translateCase(name);
  const all = JSON.parse(withoutPem(JSON.stringify(asJson(resources)))) as ResourcesAsJson;
  const told = name === PLAINEST ? all : without(all, asJson(translateCase(PLAINEST).resources));
  const comment = name === PLAINEST ? "" : `# What is as in ${PLAINEST} is left out.\n`;
  const text = stringify(
    { ...(warnings.length > 0 ? { warnings } : {}), ...told },
    { lineWidth: 120, aliasDuplicateObjects: false },
  );
  expectGolden(caseFile(name, "expected.yaml"), comment + text);
});

/** The resources that are not word for word among others, and types that have any. */
function without(resources: ResourcesAsJson, others: ResourcesAsJson): Partial<ResourcesAsJson> {
  const known = new Set(
    Object.values(others)
      .flat()
      .map((resource) => JSON.stringify(resource)),
  );
  const lists = Object.entries(resources).map(
    ([type, list]) => [type, list.filter((each) => !known.has(JSON.stringify(each)))] as const,
  );
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}

test.each(CASES)("%s: nothing of the rules is in what an update would have to drain or reload", (name) => {
  const { listeners, extensions } = asJson(translateCase(name).resources);
  expect(JSON.stringify([listeners, extensions])).not.toMatch(/meltemi\||outbound\|/);
});

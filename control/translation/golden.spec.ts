import { expect, test } from "vitest";
import { stringify } from "yaml";
import { expectGolden } from "../golden.support.js";
import { CASES, caseFile, type Translated, translateCase, withoutPem } from "./cases.support.js";
import { asJson, type ResourcesAsJson } from "./static.support.js";

/** The case that all others are variations of. */
const PLAINEST = "no-rules";

test.each(CASES)("%s is translated as it was", (name) => {
  const { resources, endpointsAt, warnings } = translateCase(name);
  const all = JSON.parse(withoutPem(JSON.stringify(asJson(resources)))) as ResourcesAsJson;
  const told = name === PLAINEST ? all : without(all, asJson(translateCase(PLAINEST).resources));
  const comment = name === PLAINEST ? "" : `# What is as in ${PLAINEST} is left out.\n`;
  const text = stringify(
    { ...(warnings.length > 0 ? { warnings } : {}), ...told, ...elsewhere(endpointsAt, resources.endpoints) },
    { lineWidth: 120, aliasDuplicateObjects: false },
  );
  expectGolden(caseFile(name, "expected.yaml"), comment + text);
});

/** By where a proxy stands: the clusters whose endpoints are others there, or in other levels. */
function elsewhere(endpointsAt: Translated["endpointsAt"], usual: Translated["resources"]["endpoints"]): object {
  if (endpointsAt.size === 0) return {};
  const here = inShort(usual);
  const differing = (all: Translated["resources"]["endpoints"]) =>
    Object.entries(inShort(all)).filter(
      ([cluster, levels]) => JSON.stringify(levels) !== JSON.stringify(here[cluster]),
    );
  return {
    endpoints_at: Object.fromEntries([...endpointsAt].map(([at, all]) => [at, Object.fromEntries(differing(all))])),
  };
}

/** Of each cluster the endpoints by priority, each as `10.0.0.1*3` where it has a weight. */
function inShort(all: Translated["resources"]["endpoints"]): Record<string, string[]> {
  const levels = all.map(({ clusterName, endpoints }) => {
    expect(endpoints.map(({ priority }) => priority)).toEqual([...endpoints.keys()]);
    return [clusterName, endpoints.map(({ lbEndpoints }) => lbEndpoints.map(endpointInShort).join(" "))] as const;
  });
  return Object.fromEntries(levels);
}

function endpointInShort({
  hostIdentifier,
  loadBalancingWeight: weight,
}: Translated["resources"]["endpoints"][number]["endpoints"][number]["lbEndpoints"][number]): string {
  const address = hostIdentifier.case === "endpoint" ? hostIdentifier.value.address?.address : undefined;
  const text = address?.case === "socketAddress" ? address.value.address : address?.value;
  const name = typeof text === "object" && "endpointId" in text ? text.endpointId.replace(/:\d+$/, "") : `${text}`;
  return weight === undefined ? name : `${name}*${weight}`;
}

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

import type { AttributeMatchSpec, AttributesMatchSpec, MetaRouterSpec, Resource } from "../source/index.js";
import type { Problems } from "./problems.js";
import { moduleRegexFault, regexFault } from "./regex.js";
import type { AttributeMatch } from "./types.js";

/** The conditions of a rule, in the order of their names so that a file's order does not matter. */
export function matchOf(
  router: Resource<MetaRouterSpec>,
  match: AttributesMatchSpec | undefined,
  path: readonly PropertyKey[],
  problems: Problems,
): AttributeMatch[] {
  const attributes = Object.entries(match?.attributes ?? {});
  for (const [name, { regex }] of attributes) {
    const fault = regex === undefined ? undefined : regexFault(regex);
    const at = [...path, "attributes", name, "regex"];
    if (fault !== undefined)
      problems.error(router, at, `expected a regular expression (RE2), found ${JSON.stringify(regex)}: ${fault}`);
  }
  return attributes
    .map(([name, spec]) => ({ name, invert: spec.invert ?? false, test: testOf(spec) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The same, for what a module of ours judges, whose regular expressions (assembly/regex) are a part of RE2's. */
export function moduleMatchOf(
  router: Resource<MetaRouterSpec>,
  match: AttributesMatchSpec | undefined,
  path: readonly PropertyKey[],
  problems: Problems,
): AttributeMatch[] {
  const conditions = matchOf(router, match, path, problems);
  for (const { name, test } of conditions) {
    const fault = test.kind === "regex" ? moduleRegexFault(test.value) : undefined;
    if (fault !== undefined) problems.error(router, [...path, "attributes", name, "regex"], fault);
  }
  return conditions;
}

function testOf({ exact, prefix, regex, present, range }: AttributeMatchSpec): AttributeMatch["test"] {
  if (exact !== undefined) return { kind: "exact", value: exact };
  // Every value begins with nothing, and Envoy refuses to be asked.
  if (prefix !== undefined && prefix !== "") return { kind: "prefix", value: prefix };
  if (regex !== undefined) return { kind: "regex", value: regex };
  if (range !== undefined) return { kind: "range", ...range };
  return { kind: "present", value: present ?? true };
}

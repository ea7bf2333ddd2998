import type { AttributeMatch } from "../model/index.js";

/** What rules tell apart in an attribute's values: these, what begins with one of those, and the rest. */
export interface Apart {
  readonly exact?: readonly string[];
  readonly prefix?: readonly string[];
}

/** The codec looks through them for each request, and takes no more (`assembly/bridge/settings/value-classes.ts`). */
const MOST_VALUES = 64;

/**
 * What rules tell apart, for each attribute of which they name values and beginnings alone: requests that are alike to all rules
 * share a stream. What else is asked of an attribute, the proxy alone can answer, and a hash may differ with each value.
 * @param hashed attributes that choose the endpoint
 */
export function apartOf(conditions: readonly AttributeMatch[], hashed: readonly string[]): Record<string, Apart> {
  const byHash = new Set(hashed.map((name) => name.toLowerCase()));
  const names = [...new Set(conditions.map(({ name }) => name.toLowerCase()))].sort();
  return Object.fromEntries(
    names.flatMap((attribute): [string, Apart][] => {
      const tests = conditions.flatMap(({ name, test }) => (name.toLowerCase() === attribute ? [test] : []));
      const apart = byHash.has(attribute) ? undefined : apartBy(tests);
      return apart === undefined ? [] : [[attribute, apart]];
    }),
  );
}

function apartBy(tests: readonly AttributeMatch["test"][]): Apart | undefined {
  const exact = new Set<string>();
  const prefix = new Set<string>();
  for (const test of tests) {
    if (test.kind === "exact") exact.add(test.value);
    else if (test.kind === "prefix" && test.ignoreCase !== true) prefix.add(test.value);
    // Whether there is one at all, keys say in any case.
    else if (test.kind !== "present") return undefined;
  }
  if (exact.size + prefix.size > MOST_VALUES) return undefined;
  return {
    ...(exact.size > 0 && { exact: [...exact].sort() }),
    ...(prefix.size > 0 && { prefix: [...prefix].sort() }),
  };
}

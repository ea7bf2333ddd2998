import type { RedisServiceSpec, Resource } from "../../source/index.js";
import type { Problems } from "../problems.js";
import { FILTER_OF_FIELD } from "../route-filters.js";

/** What a rule asks of HTTP filters needs their modules. */
export function checkModules(
  rule: Resource<RedisServiceSpec>,
  filters: ReadonlyMap<string, unknown>,
  problems: Problems,
): void {
  const needs = (path: readonly PropertyKey[], module: string) => {
    if (filters.has(module)) return;
    problems.error(rule, path, `needs the module http/${module}.wasm, which is not there`);
  };
  if (rule.spec.faults !== undefined) needs(["spec", "faults"], FILTER_OF_FIELD.fault);
  (rule.spec.redis ?? []).forEach(({ match }, index) => {
    if (!match?.key?.removePrefix) return;
    needs(["spec", "redis", index, "match", "key", "removePrefix"], FILTER_OF_FIELD.requestMutation);
  });
}

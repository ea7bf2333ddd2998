import type { MetaRouterSpec, MutationSpec, Resource } from "../source/index.js";
import { moduleMatchOf } from "./match.js";
import type { Problems } from "./problems.js";
import type { Mutation } from "./types.js";

/** What a rule changes of attributes, in its order. */
export function mutationsOf(
  router: Resource<MetaRouterSpec>,
  specs: readonly MutationSpec[] = [],
  path: readonly PropertyKey[],
  problems: Problems,
): Mutation[] {
  return specs.map((spec, index) => {
    if (/%RESP\(/.test(spec.template ?? "") && path.at(-1) === "requestMutation") {
      problems.error(router, [...path, index, "template"], "expected nothing of the response: it is not there yet");
    }
    const match = moduleMatchOf(router, spec.match, [...path, index, "match"], problems);
    return { ...change(spec), name: spec.key, match };
  });
}

function change({ value, template, append, rename, copyTo }: MutationSpec) {
  const kind = append ? ("add" as const) : ("set" as const);
  if (value !== undefined) return { kind, value };
  if (template !== undefined) return { kind, template };
  if (rename !== undefined) return { kind: "rename" as const, to: rename };
  return copyTo === undefined ? { kind: "remove" as const } : { kind: "copy" as const, to: copyTo };
}

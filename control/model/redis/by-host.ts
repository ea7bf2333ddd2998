import type { Resource } from "../../source/index.js";
import type { Hosts } from "../hosts.js";
import type { Problems } from "../problems.js";

/** Rules by the hosts that they name, each host once; what names no service is told. */
export function byHost<Spec>(
  rules: readonly Resource<Spec>[],
  named: (spec: Spec) => readonly { host: string; path: readonly PropertyKey[] }[],
  hosts: Hosts,
  problems: Problems,
): Map<string, Resource<Spec>> {
  const found = new Map<string, Resource<Spec>>();
  for (const rule of rules) {
    for (const { host: name, path } of named(rule.spec)) {
      const host = hosts.find(name, rule.namespace);
      const first = host === undefined ? undefined : found.get(host);
      if (host === undefined) problems.warning(rule, path, `has no effect: ${hosts.unknown(name)}`);
      else if (first === undefined) found.set(host, rule);
      else {
        const { file, line } = first.at(["metadata", "name"]);
        problems.error(rule, path, `${host} already has the ${rule.kind} ${first.name} (${file}:${line})`);
      }
    }
  }
  return found;
}

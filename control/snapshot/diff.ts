import type { ServedType } from "../../xds/index.js";
import type { Snapshot } from "./snapshot.js";

/** How one type differs between two snapshots; names in alphabetical order. */
export interface TypeDifference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The types that differ, by type URL. */
export function diff(before: Snapshot, after: Snapshot): ReadonlyMap<string, TypeDifference> {
  const differences = new Map<string, TypeDifference>();
  for (const typeUrl of new Set([...before.types.keys(), ...after.types.keys()])) {
    const [old, now] = [before.ofType(typeUrl), after.ofType(typeUrl)];
    if (old.version !== now.version) differences.set(typeUrl, diffType(old, now));
  }
  return differences;
}

function diffType(old: ServedType, now: ServedType): TypeDifference {
  const names = [...now.resources.keys()].sort();
  return {
    added: names.filter((name) => !old.resources.has(name)),
    changed: names.filter((name) => {
      const previous = old.resources.get(name);
      return previous !== undefined && previous.version !== now.resources.get(name)?.version;
    }),
    removed: [...old.resources.keys()].filter((name) => !now.resources.has(name)).sort(),
  };
}

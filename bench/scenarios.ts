import { readdirSync } from "node:fs";
import type { Scenario } from "./scenario.js";

/** What a folder is about. */
const KINDS = ["protocols", "features"] as const;

export interface Scenarios {
  /** In the order in which they are measured. */
  readonly all: ReadonlyMap<string, Scenario>;
  /** Those of a protocol. */
  readonly protocols: ReadonlyMap<string, Scenario>;
}

/** Every scenario by its name; a folder in protocols/ or features/ is one. Throws on names that are none. */
export async function scenarios(only?: readonly string[]): Promise<Scenarios> {
  const kinds = new Map(KINDS.flatMap((kind) => foldersOf(kind).map((name) => [name, kind] as const)));
  const unknown = only?.filter((name) => !kinds.has(name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`--only: expected some of ${[...kinds.keys()].join(", ")}, found ${unknown.join(", ")}`);
  const all = new Map<string, Scenario>();
  for (const name of only ?? kinds.keys()) {
    const { scenario } = (await import(`./${kinds.get(name)}/${name}/index.js`)) as { scenario: Scenario };
    all.set(name, scenario);
  }
  return { all, protocols: new Map([...all].filter(([name]) => kinds.get(name) === "protocols")) };
}

function foldersOf(kind: (typeof KINDS)[number]): string[] {
  return readdirSync(new URL(`./${kind}/`, import.meta.url)).sort();
}

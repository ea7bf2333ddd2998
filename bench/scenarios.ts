import { readdirSync } from "node:fs";
import type { Scenario } from "./scenario.js";

const FOLDER = new URL("./protocols/", import.meta.url);

/** Every protocol's scenario by its name; a folder in protocols/ is one. Throws on names that are none. */
export async function scenarios(only?: readonly string[]): Promise<Map<string, Scenario>> {
  const names = readdirSync(FOLDER).sort();
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`--only: expected some of ${names.join(", ")}, found ${unknown.join(", ")}`);
  const found = new Map<string, Scenario>();
  for (const name of only ?? names) {
    const { scenario } = (await import(new URL(`${name}/index.js`, FOLDER).href)) as { scenario: Scenario };
    found.set(name, scenario);
  }
  return found;
}

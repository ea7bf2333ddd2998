import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildModel } from "../model/index.js";
import { formatProblem, type Modules, readRules } from "../source/index.js";
import type { Resources } from "./resources.js";
import { translate } from "./translate.js";

const folder = new URL("golden/", import.meta.url);

/** The names of the golden cases. */
export const CASES = readdirSync(folder);

export function caseFile(name: string, file: string): URL {
  return new URL(`${name}/${file}`, folder);
}

/** The smallest thing that is a WebAssembly module; translation does not look into it. */
const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const SHA256 = "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";

function modulesNamed(...names: string[]) {
  return new Map(names.map((name) => [name, { name, bytes: EMPTY_MODULE, sha256: SHA256 }]));
}

export const MODULES: Modules = { codecs: modulesNamed("awesomerpc", "dubbo"), http: modulesNamed("header-mutation") };

/** Everything that the rules of a case come to; the warnings too, since users get them. */
export function translateCase(name: string): { resources: Resources; warnings: string[] } {
  const addresses = caseFile(name, "addresses.yaml");
  const known = existsSync(addresses) ? (parse(readFileSync(addresses, "utf8")) as Record<string, string[]>) : {};
  const { rules, problems } = readRules([
    { path: "input.yaml", text: readFileSync(caseFile(name, "input.yaml"), "utf8") },
  ]);
  const built = rules && buildModel({ ...rules, addresses: new Map(Object.entries(known)) }, { modules: MODULES });
  const warnings = [...problems, ...(built?.problems ?? [])].map(formatProblem);
  if (built?.model === undefined) throw new Error(warnings.join("\n"));
  return { resources: translate(built.model, MODULES), warnings };
}

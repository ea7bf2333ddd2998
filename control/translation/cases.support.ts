import { existsSync, readdirSync, readFileSync } from "node:fs";
import wabt from "wabt";
import { parse } from "yaml";
import { buildModel } from "../model/index.js";
import { formatProblem, type Modules, moduleOf, readRules } from "../source/index.js";
import type { Resources } from "./resources.js";
import { translate } from "./translate.js";

const folder = new URL("golden/", import.meta.url);

/** The names of the golden cases. */
export const CASES = readdirSync(folder);

export function caseFile(name: string, file: string): URL {
  return new URL(`${name}/${file}`, folder);
}

/** The smallest module that Envoy loads: it says its ABI, and yes to everything. */
const SOURCE = `(module
  (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024)
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) i32.const 1)
  (func (export "proxy_on_configure") (param i32 i32) (result i32) i32.const 1)
  (func (export "proxy_on_context_create") (param i32 i32)))`;
const { parseWat } = await wabt();

/** @param more what else the module says by its exports */
async function moduleNamed(name: string, more = "") {
  const text = SOURCE.replace(/\)$/, `${more})`);
  return [name, await moduleOf(name, new Uint8Array(parseWat("yes.wat", text).toBinary({}).buffer))] as const;
}

export const MODULES: Modules = {
  codecs: new Map([
    await moduleNamed("awesomerpc"),
    await moduleNamed("dubbo"),
    await moduleNamed("lined", '(func (export "meltemi_codec_traits") (result i32) i32.const 30)'),
    await moduleNamed("redis", '(func (export "meltemi_codec_traits") (result i32) i32.const 30)'),
    await moduleNamed("postgresql", '(func (export "meltemi_lane_session"))'),
  ]),
  http: new Map([
    await moduleNamed("access-control"),
    await moduleNamed("fault-injection"),
    await moduleNamed("header-mutation"),
    await moduleNamed("jwt-auth"),
    await moduleNamed("rate-limit"),
  ]),
};

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

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import wabt from "wabt";
import { parse } from "yaml";
import { Authority } from "../../test/support/tls/index.js";
import { buildModel, type Standpoint } from "../model/index.js";
import { formatProblem, type Modules, moduleOf, pemPaths, readRules } from "../source/index.js";
import { outlookOf } from "./outlook.js";
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

const authority = Authority.create("golden");
const pair = authority.issue({ commonName: "golden" });

/** What stands in a file with certificates or a key, by what the file is called. Made anew in each run. */
function pemOf(path: string): string {
  if (path.endsWith(".key")) return pair.key;
  return path.endsWith("ca.pem") ? authority.certificate : pair.certificate;
}

/** PEM as golden files have it: the name of a file that it may have come from. */
export function withoutPem(text: string): string {
  const names = new Map([
    [pair.key, "<key>"],
    [pair.certificate, "<certificate>"],
    [authority.certificate, "<authority>"],
    [rootCertificates.join("\n"), "<the web's authorities>"],
  ]);
  return [...names].reduce((all, [pem, name]) => all.replaceAll(JSON.stringify(pem), JSON.stringify(name)), text);
}

/** What the rules of a case come to. */
export interface Translated {
  readonly resources: Resources;
  /** For proxies elsewhere, as the case's standpoints.yaml has them. */
  readonly endpointsAt: ReadonlyMap<string, Resources["endpoints"]>;
  /** Users get them too. */
  readonly warnings: readonly string[];
}

/** Everything that the rules of a case come to. */
export function translateCase(name: string): Translated {
  const dns = caseFile(name, "addresses.yaml");
  const known = existsSync(dns) ? (parse(readFileSync(dns, "utf8")) as Record<string, string[]>) : {};
  // A Secret in a golden case names what is in it.
  const text = readFileSync(caseFile(name, "input.yaml"), "utf8").replace(/ca\.crt: "(.*)"/, (_, path) => {
    return `ca.crt: ${JSON.stringify(pemOf(path))}`;
  });
  const { rules, problems } = readRules([{ path: "input.yaml", text }]);
  const addresses = new Map(Object.entries(known));
  const pemFiles = new Map((rules ? pemPaths(rules) : []).map((path) => [path, pemOf(path)]));
  const built = rules && buildModel({ ...rules, addresses, pemFiles }, { modules: MODULES });
  const warnings = [...problems, ...(built?.problems ?? [])].map(formatProblem);
  if (built?.model === undefined) throw new Error(warnings.join("\n"));
  const outlook = outlookOf(built.model);
  const endpointsAt = Object.entries(standpointsOf(name)).map(
    ([title, proxy]) => [title, outlook?.endpoints({ locality: "", labels: {}, ...proxy }) ?? []] as const,
  );
  return { resources: translate(built.model, MODULES), endpointsAt: new Map(endpointsAt), warnings };
}

function standpointsOf(name: string): Record<string, Partial<Standpoint>> {
  const file = caseFile(name, "standpoints.yaml");
  return existsSync(file) ? (parse(readFileSync(file, "utf8")) as Record<string, Partial<Standpoint>>) : {};
}

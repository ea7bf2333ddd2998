import { beforeAll, describe, expect, test } from "vitest";
import { inspectModule } from "../../host/vm/index.js";
import { AbiVersion, callbacks, hostFunctions } from "../../host/vm/module/index.js";
import { Bench, wat } from "../../host/vm/spec/kit.support.js";
import { findEnvoy } from "../../scripts/steps/envoy.mjs";
import { refusals } from "./loading.js";

const VERSIONS = Object.values(AbiVersion);

const MEMORY = '(memory (export "memory") 1)';
const MALLOC = '(func (export "malloc") (param i32) (result i32) i32.const 1024)';
const marker = (version: string) => `(func (export "proxy_abi_version_${version.replaceAll(".", "_")}"))`;
const BASE = `${marker("0.2.1")} ${MEMORY} ${MALLOC}`;
const imported = (name: string, type: string) =>
  `(import "${name.split(".")[0]}" "${name.split(".")[1]}" (func $f ${type}))`;

/** No function between host and module has this type. */
const ODD = "(param f32)";

/** Every function that any ABI version has, wanted with a type that it has not. */
const IMPORTS = VERSIONS.flatMap((version) => {
  const names = new Set(VERSIONS.flatMap((each) => [...hostFunctions(each).keys()]));
  return [...names].map((name): [string, string] => [
    `${version}/${name}`,
    `(module ${imported(name, ODD)} ${marker(version)} ${MEMORY} ${MALLOC})`,
  ]);
});

/** Every callback, exported with a type that it has not. A main is looked for behind _initialize only. */
const EXPORTS = VERSIONS.flatMap((version) =>
  [...callbacks(version).keys()].map((name): [string, string] => {
    const allocator = ["malloc", "proxy_on_memory_allocate"].includes(name) ? "" : MALLOC;
    const before = name.includes("main") ? '(func (export "_initialize"))' : "";
    return [
      `${version}/${name}`,
      `(module ${marker(version)} ${MEMORY} ${allocator} ${before} (func (export "${name}") ${ODD}))`,
    ];
  }),
);

/** A module, and the words of those who refuse it. */
interface Loading {
  readonly source: string;
  readonly envoy?: RegExp;
  readonly host?: RegExp;
}

const refused = (source: string, envoy: RegExp, host: RegExp): Loading => ({ source, envoy, host });
/** What stands where nothing looks for it does no harm. */
const loaded = (source: string): Loading => ({ source });
/** Envoy takes it and lets nothing through; the host says at once why. */
const dead = (source: string, host: RegExp): Loading => ({ source, host });

const reactor = (body: string) => `(module ${BASE} (func (export "_initialize")) ${body})`;

// A host function called from a start section is no case: Envoy's process ends of it (SIGSEGV), whichever it is.
const MODULES: Readonly<Record<string, Loading>> = {
  "no-marker": refused(`(module ${MEMORY} ${MALLOC})`, /unknown Proxy-Wasm ABI/, /no proxy-wasm ABI version/),
  "no-allocator": refused(`(module ${marker("0.2.1")} ${MEMORY})`, /missing malloc/, /export malloc .* is missing/),
  "no-memory": dead(`(module ${marker("0.2.1")} ${MALLOC})`, /export memory is missing/),
  "no-abort": refused(
    `(module ${imported("env.abort", "(param i32 i32 i32 i32)")} ${BASE})`,
    /missing import: env.abort/,
    /import env.abort/,
  ),
  "imported-global": refused(`(module (import "env" "g" (global i32)) ${BASE})`, /env.g/, /import env.g/),
  "trap-in-initialize": refused(
    `(module ${BASE} (func (export "_initialize") unreachable))`,
    /_initialize failed: .*unreachable/,
    /_initialize failed: unreachable/,
  ),
  "trap-in-start": refused(
    `(module ${BASE} (func (export "_start") unreachable))`,
    /_start failed: .*unreachable/,
    /_start failed: unreachable/,
  ),
  "trap-in-main": refused(
    reactor('(func (export "main") (param i32 i32) (result i32) unreachable)'),
    /main failed: .*unreachable/,
    /main failed: unreachable/,
  ),
  "trap-in-main-void": refused(
    reactor('(func (export "__main_void") (result i32) unreachable)'),
    /__main_void failed: .*unreachable/,
    /__main_void failed: unreachable/,
  ),
  "trap-in-the-start-section": refused(
    `(module ${BASE} (func $s unreachable) (start $s))`,
    /Failed to create new Wasm instance/,
    /instantiation failed: unreachable/,
  ),
  "call-in-initialize": refused(
    `(module ${imported("env.proxy_done", "(result i32)")} ${BASE} (func (export "_initialize") (drop (call $f))))`,
    /_initialize failed: .*restricted_callback/,
    /_initialize failed: restricted_callback/,
  ),
  "call-in-malloc": dead(
    `(module ${imported("wasi_snapshot_preview1.random_get", "(param i32 i32) (result i32)")}
      (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
      ${marker("0.2.1")} ${MEMORY} (data (i32.const 0) "plugin_name")
      (func (export "malloc") (param i32) (result i32) (drop (call $f (i32.const 0) (i32.const 1))) i32.const 1024)
      (func (export "proxy_on_configure") (param i32 i32) (result i32)
        (drop (call $property (i32.const 0) (i32.const 11) (i32.const 64) (i32.const 68))) i32.const 1))`,
    /restricted_callback/,
  ),
  "vm-start-refuses": refused(
    `(module ${BASE} (func (export "proxy_on_vm_start") (param i32 i32) (result i32) i32.const 0))`,
    /Failed to start base Wasm/,
    /proxy_on_vm_start returned false/,
  ),
  "configure-refuses": refused(
    `(module ${BASE} (func (export "proxy_on_configure") (param i32 i32) (result i32) i32.const 0))`,
    /Failed to configure base Wasm plugin/,
    /proxy_on_configure returned false/,
  ),
  "trap-in-configure": refused(
    `(module ${BASE} (func (export "proxy_on_configure") (param i32 i32) (result i32) unreachable))`,
    /proxy_on_configure failed: .*unreachable/,
    /proxy_on_configure failed: unreachable/,
  ),
  "trap-in-context-create": dead(
    `(module ${BASE} (func (export "proxy_on_context_create") (param i32 i32) unreachable))`,
    /proxy_on_context_create failed: unreachable/,
  ),
  "main-void-beside-main": refused(
    reactor(`(func (export "main") (param i32 i32) (result i32) i32.const 0) (func (export "__main_void") ${ODD})`),
    /Bad function signature for: __main_void/,
    /export __main_void/,
  ),
  "start-beside-initialize": loaded(reactor(`(func (export "_start") ${ODD})`)),
  "main-without-initialize": loaded(
    `(module ${BASE} (func (export "main") ${ODD}) (func (export "__main_void") ${ODD}))`,
  ),
  "allocate-beside-malloc": loaded(`(module ${BASE} (func (export "proxy_on_memory_allocate") ${ODD}))`),
  "an-unknown-export": loaded(`(module ${BASE} (func (export "proxy_on_nothing") ${ODD}))`),
  "two-markers": loaded(
    `(module ${imported("env.proxy_get_log_level", "(param i32) (result i32)")} ${BASE} ${marker("0.2.0")})`,
  ),
  "main-of-another-mind": loaded(reactor('(func (export "main") (param i32 i32) (result i32) i32.const 1)')),
};

/** What the host says of a module that it refuses. */
async function refusal(source: string): Promise<string | undefined> {
  const vm = { vmId: "", code: await wat(source) };
  const result = await new Bench().registry.plugin({ name: "odd", rootId: "", vm });
  return result.ok ? undefined : result.reason;
}

/** `(i32, i32) -> ()` as Envoy writes it. */
const inEnvoysWords = (type: string) =>
  type.replace("()", "void").replace("()", "void").replaceAll(/[(),]/g, "").replace(/^ ->/, "void ->");

async function hostsTypes(sources: readonly [string, string][]): Promise<string[]> {
  return Promise.all(
    sources.map(async ([name, source]) => {
      const { problems } = await inspectModule(await wat(source));
      const type = / expected (.*)$/.exec(problems[0] ?? "")?.[1];
      return `${name}: ${type === undefined ? problems[0] && "missing" : inEnvoysWords(type)}`;
    }),
  );
}

function envoysTypes(sources: readonly [string, string][], said: ReadonlyMap<string, string>): string[] {
  return sources.map(([name]) => {
    const words = said.get(name) ?? "";
    const type = /(?:but host exports: |, want: )([^,\n]*)(?:$|\n|, but the module exports)/.exec(words)?.[1];
    return `${name}: ${type ?? (words.includes("missing import") ? "missing" : undefined)}`;
  });
}

describe.skipIf(findEnvoy() === null)("a module is loaded by the host as by Envoy", () => {
  let said = new Map<string, string>();
  beforeAll(async () => {
    const all: [string, string][] = [];
    for (const [name, source] of IMPORTS) all.push([`import-${name}`, source]);
    for (const [name, source] of EXPORTS) all.push([`export-${name}`, source]);
    for (const [name, { source }] of Object.entries(MODULES)) all.push([name, source]);
    said = await refusals(
      new Map(
        await Promise.all(all.map(async ([name, source]): Promise<[string, Uint8Array]> => [name, await wat(source)])),
      ),
    );
  });

  test("every import has Envoy's type, or is missing as there, in every version of the ABI", async () => {
    const sources = IMPORTS.map(([name, source]): [string, string] => [`import-${name}`, source]);
    expect(await hostsTypes(sources)).toEqual(envoysTypes(sources, said));
  });

  test("every callback has Envoy's type, in every version of the ABI", async () => {
    const sources = EXPORTS.map(([name, source]): [string, string] => [`export-${name}`, source]);
    expect(await hostsTypes(sources)).toEqual(envoysTypes(sources, said));
  });

  test.each(Object.entries(MODULES))("%s", async (name, { source, envoy, host }) => {
    expect(said.get(name)).toEqual(envoy && expect.stringMatching(envoy));
    expect(await refusal(source)).toEqual(host && expect.stringMatching(host));
  });
});

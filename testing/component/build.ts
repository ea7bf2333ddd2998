import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Compiler } from "./compiler.js";
import { jco } from "./jco.js";

/** Which codec, and with what it is compiled. */
export interface ComponentSource {
  /** The folder that paths are from. */
  readonly folder: string;
  /** The codec's own entry module, the same as for proxy-wasm. */
  readonly entry: string;
  /** AssemblyScript, as `import("assemblyscript/asc")` gives it. */
  readonly compiler: Compiler;
  /** A folder of packages where `meltemi` is found, if it is not in node_modules. */
  readonly packages?: string;
}

/*
 * The entry registers a codec with the bridge and exports what a proxy calls. For a component the same names are those of
 * assembly/component, and host calls, of which a codec makes none outside of a proxy, answer that nothing is there.
 */
const INSTEAD: readonly (readonly [file: RegExp, what: string, of: string])[] = [
  [/^bridge(?:\/index)?\.ts$/, "{ registerCodec, registerProtocol }", "registry"],
  [/^bridge\/session(?:\/index)?\.ts$/, "{ registerSession }", "registry"],
  [/^(?:proxy|session)\.ts$/, "*", "exports"],
];
const SDK = /^.*meltemi\/assembly\//;
const IMPORTS = /meltemi\/assembly\/abi\/imports\.ts$/;

/** The contract, from the source as from what is built of it. */
const WIT = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "wit/codec.wit")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "wit/codec.wit");
})();

/** Makes a component of a codec. @throws with the compiler's words, and where jco is not installed */
export async function buildComponent({ folder, entry, compiler, packages }: ComponentSource): Promise<Uint8Array> {
  let core: Uint8Array | undefined;
  const paths = packages === undefined ? [] : ["--path", packages];
  const options = ["--optimizeLevel", "3", "--noAssert", "--runtime", "minimal", "--use", "abort=meltemiAbort"];
  const { error, stderr } = await compiler.main([entry, ...paths, ...options, "--outFile", "core.wasm"], {
    readFile: (name, base) => source(join(resolve(folder, base), name)),
    writeFile: (name, contents) => {
      if (name === "core.wasm" && typeof contents !== "string") core = contents;
    },
    listFiles: () => null,
  });
  if (error || !core) throw new Error(`${entry} does not compile:\n${stderr.toString() || error?.message}`);
  const { componentEmbed, componentNew } = await jco();
  const witSource = await readFile(WIT, "utf8");
  return componentNew(await componentEmbed({ binary: core, witSource, stringEncoding: "utf16" }), []);
}

async function source(path: string): Promise<string | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const file = path.replace(SDK, "");
  const found = SDK.test(path) ? INSTEAD.find(([pattern]) => pattern.test(file)) : undefined;
  if (found)
    return `export ${found[1]} from "${"../".repeat(file.split("/").length - 1) || "./"}component/${found[2]}";`;
  if (!IMPORTS.test(path)) return text;
  return text.replace(/@external\(.*\)\n/g, "").replace(/export declare (function [^;]+);/g, "export $1 { return 1; }");
}

import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/** The checkout, from the source as from what is built of it. */
const root = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
})();

/** Where a codec's class is: `folder` from the checkout's root, `module` in it, and an expression that makes one. */
export interface CodecSource {
  readonly folder: string;
  readonly module: string;
  readonly name: string;
  /** The class is a Protocol: its codec for a client, with settings as they are by default, is meant. */
  readonly protocol?: boolean;
}

/** The codec and the probe around it, compiled in memory with the SDK's own settings. */
export async function compileProbe(source: CodecSource): Promise<WebAssembly.Module> {
  const entry = `${source.folder}/probe-of-${source.name}.ts`;
  const text = [
    `import { use } from "meltemi/assembly/testing/probe";`,
    `import { ${source.name} } from "./${source.module}";`,
    `import { Peer } from "meltemi/assembly";`,
    `use(() => new ${source.name}()${source.protocol ? ".connect(Peer.Client)" : ""});`,
    `export * from "meltemi/assembly/testing/probe";`,
  ].join("\n");
  return compileModule(entry, text);
}

/** What this process has compiled, or is compiling: a second or two each, and many tests want the same. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** AssemblyScript that a test wrote, compiled in memory with the SDK's own settings; `entry` is where it would stand. */
export function compileModule(entry: string, text: string): Promise<WebAssembly.Module> {
  const source = `${entry}\n${text}`;
  const module = compiled.get(source) ?? compile(entry, text);
  compiled.set(source, module);
  return module;
}

async function compile(entry: string, text: string): Promise<WebAssembly.Module> {
  linkPackage();
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [entry, "--config", "assembly/asconfig.json", "--path", "build/packages", "--outFile", "probe.wasm"],
    {
      readFile: async (name, base) => {
        if (name === entry) return text;
        return readFile(join(resolve(root, base), name), "utf8").catch(() => null);
      },
      writeFile: async (name, contents) => {
        if (name === "probe.wasm" && typeof contents !== "string") binary = contents;
      },
      listFiles: async () => null,
    },
  );
  if (error || !binary) throw new Error(`${entry} does not compile:\n${stderr.toString() || error?.message}`);
  return WebAssembly.compile(new Uint8Array(binary));
}

function linkPackage(): void {
  const link = join(root, "build/packages/meltemi");
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(root, link, "dir");
}

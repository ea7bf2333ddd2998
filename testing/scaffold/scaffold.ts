import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** What is to be written. */
export type Kind = "filter" | "codec";

/** What a new folder is. */
export interface ScaffoldOptions {
  readonly kind: Kind;
  /** The folder, which must not be there yet; its last part is the name. */
  readonly folder: string;
  /** What the folder's package.json says of meltemi: a version, or a tarball's path. Default: this version, or later. */
  readonly meltemi?: string;
}

/** Codecs are named in ports, `tcp-metaprotocol-NAME-…`, where a dash ends the name. */
const NAMES: Readonly<Record<Kind, RegExp>> = { filter: /^[a-z][a-z0-9-]*$/, codec: /^[a-z][a-z0-9]*$/ };

const EXAMPLE = "examples/awesomerpc/codec";

/** Writes it; resolves with the files, from the folder. @throws where the name will not do, or the folder is there */
export async function scaffold({ kind, folder, meltemi }: ScaffoldOptions): Promise<string[]> {
  const name = basename(folder);
  if (!NAMES[kind].test(name)) {
    const dashes = kind === "codec" ? "" : " and dashes";
    throw new Error(
      `a ${kind}'s name is lower-case letters, digits${dashes}, a letter first; this is ${JSON.stringify(name)}`,
    );
  }
  if (existsSync(folder)) throw new Error(`there is a ${folder} already`);
  const root = packageRoot();
  await mkdir(dirname(folder), { recursive: true });
  await cp(join(root, "templates", kind), folder, { recursive: true });
  if (kind === "codec") await copyExample(root, folder, name);
  await rename(join(folder, "gitignore"), join(folder, ".gitignore"));
  const filled = await fillIns(root, name, meltemi);
  for (const file of await filesIn(folder)) await fill(folder, file, filled);
  return (await filesIn(folder)).sort();
}

/** The example's class under its new name, and its frames. */
async function copyExample(root: string, folder: string, name: string): Promise<void> {
  await mkdir(join(folder, "assembly"));
  await cp(join(root, EXAMPLE, "samples"), join(folder, "samples"), { recursive: true });
  for (const [from, to] of [
    ["awesomerpc.ts", `${name}.ts`],
    ["index.ts", "index.ts"],
  ] as const) {
    const text = await readFile(join(root, EXAMPLE, from), "utf8");
    const renamed = text.replaceAll("AwesomeRpc", className(name)).replaceAll("awesomerpc", name);
    await writeFile(join(folder, "assembly", to), renamed);
  }
}

type FillIns = ReadonlyMap<string, string>;

async function fillIns(root: string, name: string, meltemi: string | undefined): Promise<FillIns> {
  const { version, devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const tested = (dependency: string): readonly [string, string] => {
    const word = dependency.replace(/^@/, "").replaceAll(/[/-]/g, "_").toUpperCase();
    return [`__${word}__`, devDependencies[dependency] ?? "latest"];
  };
  return new Map([
    ["__NAME__", name],
    ["__CLASS__", className(name)],
    ["__MELTEMI__", meltemi ?? `^${version}`],
    ...["@types/node", "assemblyscript", "prettier", "typescript", "vitest"].map(tested),
  ]);
}

async function fill(folder: string, file: string, filled: FillIns): Promise<void> {
  const replaced = (text: string) => text.replaceAll(/__[A-Z_]+?__/g, (word) => filled.get(word) ?? word);
  const path = join(folder, file);
  await writeFile(path, replaced(await readFile(path, "utf8")));
  const named = replaced(file);
  if (named !== file) await rename(path, join(folder, named));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** `my-filter` → `MyFilter`. */
function className(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** Where the templates are: the checkout, or the installed package. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "templates")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

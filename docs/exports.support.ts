import { readFileSync } from "node:fs";
import { join } from "node:path";
import { API, type Checker, type Project, type Symbol as TypeSymbol } from "typescript/unstable/sync";

/** What a reader of a package's types misses: an export or a member without a docstring. */
export interface Undocumented {
  /** As in the exports map: `./testing`. */
  readonly entry: string;
  /** `TestHost`, `TestHost.load`. */
  readonly name: string;
  readonly file: string;
}

// Of TypeScript's SymbolFlags, which its API has without their values.
const CLASS = 1 << 5;
const INTERFACE = 1 << 6;
const METHOD = 1 << 13;
const GETTER = 1 << 15;
const ALIAS = 1 << 21;

/** The entry points of a package with their sources: `build/js/testing/index.js` is built of `testing/index.ts`. */
export function entryPoints(root: string): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  return new Map(
    Object.entries(exports).flatMap(([entry, target]) => {
      if (typeof target === "string") return [];
      return [[entry, join(root, target.types.replace("./build/js/", "").replace(/\.d\.ts$/, ".ts"))] as const];
    }),
  );
}

/** By TypeScript itself: every export of these, and the public methods and accessors of exported classes and interfaces. */
export function undocumented(config: string, entries: ReadonlyMap<string, string>): Undocumented[] {
  const api = new API();
  try {
    const [project] = api.updateSnapshot({ openProjects: [config] }).getProjects();
    if (!project) throw new Error(`${config} is no project`);
    return [...entries].flatMap(([entry, file]) => missingOf(project, entry, file));
  } finally {
    api.close();
  }
}

function missingOf({ program, checker }: Project, entry: string, file: string): Undocumented[] {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  // A module without exports is there for what it does.
  if (!module) return [];
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ALIAS ? checker.getAliasedSymbol(exported) : exported;
    const where = symbol.declarations[0]?.path ?? file;
    if (where.includes("/gen/")) return [];
    const missing = hasDocstring(symbol, checker) ? [] : [{ entry, name: exported.name, file: where }];
    const members = membersOf(symbol).filter((member) => !hasDocstring(member, checker));
    return [...missing, ...members.map(({ name }) => ({ entry, name: `${exported.name}.${name}`, file: where }))];
  });
}

function membersOf(symbol: TypeSymbol): TypeSymbol[] {
  if ((symbol.flags & (CLASS | INTERFACE)) === 0) return [];
  return [...symbol.getMembers().values(), ...(symbol.flags & CLASS ? symbol.getExports().values() : [])].filter(
    (member) => member.flags & (METHOD | GETTER) && !isPrivate(member),
  );
}

function isPrivate({ name, declarations }: TypeSymbol): boolean {
  // Names with # and what only a class itself calls.
  if (name.includes("#") || name.startsWith("__")) return true;
  const node = declarations[0]?.resolve();
  const modifiers = (node as { modifiers?: readonly { readonly kind: number }[] } | undefined)?.modifiers ?? [];
  const text = node?.getText() ?? "";
  return modifiers.length > 0 && /^(?:private|protected|override)\b/.test(text);
}

function hasDocstring(symbol: TypeSymbol, checker: Checker): boolean {
  return symbol.getDocumentationComment(checker) !== "" || symbol.getJsDocTags(checker).length > 0;
}

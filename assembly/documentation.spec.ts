// What authors import has a docstring each: classes and their public methods, functions, enums.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const TOP = /^export (?:abstract )?(class|function|enum) (\w+)/;
const MEMBER = /^ {2}(?:@\w+ )*(?!private |protected |constructor)(?:(?:abstract|static|get) )*(\w+)\(/;

/** Names that `file` exports, and the file that each is declared in. */
function exportsOf(file: string): Map<string, string> {
  const text = readFileSync(file, "utf8");
  const found = new Map<string, string>();
  for (const [, name = ""] of text.matchAll(/^export (?:abstract )?(?:class|function|enum) (\w+)/gm))
    found.set(name, file);
  for (const [, names = "", from = ""] of text.matchAll(/^export (\*|\{[^}]*\}) from "(\.[^"]+)";/gm)) {
    const base = join(dirname(file), from);
    const target = exportsOf(existsSync(`${base}.ts`) ? `${base}.ts` : join(base, "index.ts"));
    const wanted = names === "*" ? [...target.keys()] : (names.match(/\w+/g) ?? []);
    for (const name of wanted) {
      const declared = target.get(name);
      if (declared !== undefined) found.set(name, declared);
    }
  }
  return found;
}

/** Every public declaration of a source, with the line number that it is on and whether a docstring ends above it. */
function* declarations(text: string): Generator<{ name: string; top: string; line: number; documented: boolean }> {
  const lines = text.split("\n");
  let top = "";
  for (const [index, line] of lines.entries()) {
    const [, kind, name] = TOP.exec(line) ?? [];
    if (name !== undefined) top = name;
    const member = kind === undefined && top !== "" ? MEMBER.exec(line)?.[1] : undefined;
    if (line.startsWith("}")) top = "";
    if (name === undefined && member === undefined) continue;
    let above = index - 1;
    while (/^\s*@\w+/.test(lines[above] ?? "")) above--;
    const documented = (lines[above] ?? "").trimEnd().endsWith("*/");
    yield { name: member === undefined ? top : `${top}.${member}`, top, line: index + 1, documented };
    if (kind !== "class" && member === undefined) top = "";
  }
}

it("documents every class, method, function and enum that authors import", () => {
  const exported = exportsOf(join(folder, "index.ts"));
  expect(exported.size).toBeGreaterThan(80);
  const missing = [...new Set(exported.values())].flatMap((file) =>
    [...declarations(readFileSync(file, "utf8"))]
      .filter(({ top, documented }) => exported.get(top) === file && !documented)
      .map(({ name, line }) => `${file.slice(folder.length)}:${line} ${name}`),
  );
  expect(missing).toEqual([]);
});

it("sees a method without one", () => {
  const text =
    "/** A. */\nexport class A {\n  /** B. */\n  b(): void {}\n\n  @inline get c(): i32 {\n  }\n  private d(): void {}\n}\n";
  const missing = [...declarations(text)].filter(({ documented }) => !documented);
  expect(missing.map(({ name }) => name)).toEqual(["A.c"]);
});

import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from "yaml";
import { fieldPath, type Place, type Problem } from "./problem.js";

/** One object of a user's file, with the way back from its fields to their lines. */
export interface Document {
  readonly value: unknown;
  /** Where the value at a path stands, or the nearest thing around it that is there. */
  at(path: readonly PropertyKey[]): Place;
  /** Where the key of a map's entry stands. */
  atKey(path: readonly PropertyKey[]): Place;
}

export interface Parsed {
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
}

/** Splits a YAML (or JSON) file into its documents; a List of Kubernetes counts as its items. */
export function parseDocuments(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const documents: Document[] = [];
  const problems: Problem[] = [];
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  for (const document of Array.isArray(parsed) ? parsed : []) {
    for (const { message, pos } of document.errors) {
      problems.push({
        severity: "error",
        place: placeOf(pos[0]),
        field: "",
        message: `not readable as YAML: ${message}`,
      });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const tree = new Tree(document.contents, (alias) => alias.resolve(document), placeOf);
    try {
      for (const path of itemPaths(document.toJS())) documents.push(tree.document(document.toJS(), path));
    } catch (error) {
      // An alias without an anchor, or a bomb of aliases.
      problems.push({
        severity: "error",
        place: tree.at([]),
        field: "",
        message: `not readable as YAML: ${String(error)}`,
      });
    }
  }
  return { documents, problems };
}

/** Where the objects are in a document: at its root, or in the items of a List. */
function itemPaths(value: unknown): PropertyKey[][] {
  if (value === null || value === undefined) return [];
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  const isList = typeof kind === "string" && kind.endsWith("List") && Array.isArray(items);
  return isList ? items.flatMap((item, index) => itemPaths(item).map((path) => ["items", index, ...path])) : [[]];
}

class Tree {
  constructor(
    private readonly root: unknown,
    private readonly resolve: (alias: import("yaml").Alias) => Node | undefined,
    private readonly placeOf: (offset: number) => Place,
  ) {}

  document(value: unknown, base: readonly PropertyKey[]): Document {
    return {
      value: base.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown>)[step], value),
      at: (path) => this.at([...base, ...path]),
      atKey: (path) => this.atKey([...base, ...path]),
    };
  }

  at(path: readonly PropertyKey[]): Place {
    let node = this.root;
    for (const step of path) {
      const next = this.child(node, step);
      if (next === undefined) break;
      node = next;
    }
    return this.start(node);
  }

  atKey(path: readonly PropertyKey[]): Place {
    const key = this.pair(this.parent(path), path.at(-1))?.key;
    return isNode(key) ? this.start(key) : this.at(path);
  }

  private parent(path: readonly PropertyKey[]): unknown {
    return path.slice(0, -1).reduce<unknown>((node, step) => this.child(node, step), this.root);
  }

  private child(node: unknown, step: PropertyKey): unknown {
    const target = this.target(node);
    if (isMap(target)) return this.pair(target, step)?.value ?? undefined;
    return isCollection(target) ? target.get(step, true) : undefined;
  }

  private pair(node: unknown, step: PropertyKey | undefined): Pair | undefined {
    const target = this.target(node);
    if (!isMap(target)) return undefined;
    return target.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === step);
  }

  private target(node: unknown): unknown {
    return isAlias(node) ? this.resolve(node) : node;
  }

  private start(node: unknown): Place {
    return this.placeOf((isNode(node) ? node.range?.[0] : undefined) ?? 0);
  }
}

/** The problem at a document's field. */
export function problemAt(
  document: { at(path: readonly PropertyKey[]): Place },
  severity: Problem["severity"],
  path: readonly PropertyKey[],
  message: string,
): Problem {
  return { severity, place: document.at(path), field: fieldPath(path), message };
}

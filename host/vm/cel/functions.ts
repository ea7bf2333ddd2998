import type { CelEnv, CelFunc, parse } from "@bufbuild/cel";
import { library } from "./library.js";

/** A parsed expression, or a part of one. */
export type Expr = ReturnType<typeof parse>["expr"];

/** Methods of strings that Envoy's CEL knows as functions too. */
export function plainFunctions(): CelFunc[] {
  const { CelScalar, celEnv, celFunc, parse, plan } = library();
  const { BOOL, STRING } = CelScalar;
  const matcher = plan(celEnv({ variables: { text: STRING, pattern: STRING } }), parse("text.matches(pattern)"));
  const plain = (name: string, call: (text: string, part: string) => boolean) =>
    celFunc(name, [STRING, STRING], BOOL, call);
  return [
    plain("contains", (text, part) => text.includes(part)),
    plain("startsWith", (text, part) => text.startsWith(part)),
    plain("endsWith", (text, part) => text.endsWith(part)),
    plain("matches", (text, pattern) => matcher({ text, pattern }) === true),
  ];
}

/** What the evaluator does by itself: operators without a function of their name, and the macros' own. */
const BUILT_IN = new Set(["_&&_", "_||_", "_?_:_", "_[_]", "@not_strictly_false"]);

/** Whether every call in an expression is of a function that there is, as Envoy asks before it evaluates anything. */
export function knowsFunctions(env: CelEnv, expr: Expr): boolean {
  for (const part of partsOf(expr)) {
    const { case: kind, value } = part.exprKind;
    if (kind !== "callExpr" || BUILT_IN.has(value.function)) continue;
    const { args, target } = value;
    const fits = [...(env.funcs.find(value.function) ?? [])].some(
      (each) => (each.target === undefined) === (target === undefined) && each.arguments.length === args.length,
    );
    if (!fits) return false;
  }
  return true;
}

/** `has(x[y])`, which CEL's grammar does not allow: the parser leaves it as a call. */
export function misusesHas(expr: Expr): boolean {
  for (const { exprKind } of partsOf(expr)) {
    if (exprKind.case === "callExpr" && exprKind.value.function === "has" && !exprKind.value.target) return true;
  }
  return false;
}

/** An expression and all that it is made of; by a list, for an expression may be deep. */
function* partsOf(expr: Expr): Generator<Expr> {
  const waiting: (Expr | undefined)[] = [expr];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (next === undefined) continue;
    yield next;
    waiting.push(...childrenOf(next));
  }
}

function childrenOf({ exprKind: { case: kind, value } }: Expr): (Expr | undefined)[] {
  switch (kind) {
    case "selectExpr":
      return [value.operand];
    case "callExpr":
      return [value.target, ...value.args];
    case "listExpr":
      return value.elements;
    case "structExpr":
      return value.entries.flatMap(({ keyKind, value: held }) => [
        keyKind.case === "mapKey" ? keyKind.value : undefined,
        held,
      ]);
    case "comprehensionExpr":
      return [value.iterRange, value.accuInit, value.loopCondition, value.loopStep, value.result];
    default:
      return [];
  }
}

import type { CelEnv } from "@bufbuild/cel";
import type { PropertyValue } from "../property-value.js";
import { knowsFunctions, misusesHas, plainFunctions } from "./functions.js";
import { library } from "./library.js";
import { propertyOf, variables } from "./values.js";

/** Finds a property's first path segment. */
export type Lookup = (name: string) => PropertyValue | undefined;

/** A compiled expression: its value over a context's properties, or undefined where evaluating it is an error. */
export type Expression = (lookup: Lookup) => PropertyValue | undefined;

/** Why a text is no expression: it does not parse, or calls a function that is not there. */
export type Refusal = "malformed" | "unknown function";

let environment: CelEnv | undefined;

/** Compiles CEL's standard language; its variables are the properties. */
export function compile(text: string): Expression | Refusal {
  const { celEnv, isCelError, parse, plan } = library();
  environment ??= celEnv({ funcs: plainFunctions() });
  const env = environment;
  try {
    const parsed = parse(text);
    if (misusesHas(parsed.expr)) return "malformed";
    if (!knowsFunctions(env, parsed.expr)) return "unknown function";
    const evaluate = plan(env, parsed);
    return (lookup) => {
      try {
        const value = evaluate(variables(lookup));
        return isCelError(value) ? undefined : propertyOf(value);
      } catch {
        return undefined; // the library throws where values do not fit, and the stack may end
      }
    };
  } catch {
    return "malformed";
  }
}

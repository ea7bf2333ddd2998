/** Where something stands in a user's file; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong (`error`: the whole change is rejected) or not as it may seem (`warning`) with the rules. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly place: Place;
  /** The field's path, as one would write it (`spec.routes[0].match`); empty for a whole document or file. */
  readonly field: string;
  readonly message: string;
}

/** `rules/reviews.yaml:12:5: error: spec.routes[0].route: expected a list, found a number` */
export function formatProblem({ severity, place, field, message }: Problem): string {
  return `${place.file}:${place.line}:${place.column}: ${severity}: ${field === "" ? "" : `${field}: `}${message}`;
}

/** A path's text: keys with dots, indexes and odd keys in brackets. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "string" && /^[\w-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${typeof step === "string" ? JSON.stringify(step) : String(step)}]`;
  }
  return text;
}

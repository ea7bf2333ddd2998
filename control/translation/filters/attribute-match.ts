import type { AttributeMatch } from "../../model/index.js";

/** Conditions as modules read them (assembly/requests); the field is left out where there are none. */
export function matched(match: readonly AttributeMatch[]): { match?: readonly object[] } {
  return match.length === 0 ? {} : { match: match.map(condition) };
}

function condition({ name, invert, test }: AttributeMatch) {
  return { attribute: name, ...form(test), ...(invert && { invert }) };
}

function form(test: AttributeMatch["test"]) {
  switch (test.kind) {
    case "range":
      return { range: { start: test.start, end: test.end } };
    case "present":
      return test.value ? {} : { present: false };
    default:
      return { [test.kind]: test.value };
  }
}

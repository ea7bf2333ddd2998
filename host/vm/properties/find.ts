import type { Context } from "../context.js";
import type { PropertyNode, PropertyValue } from "../property-value.js";

/** The value at a NUL-separated path; undefined: NotFound. An empty last segment is no segment. */
export function findProperty(context: Context, path: string): PropertyValue | undefined {
  const segments = path.endsWith("\0") ? path.slice(0, -1).split("\0") : path.split("\0");
  const [first = "", ...rest] = segments;
  let value = context.property(first);
  for (const segment of rest) {
    if (!isNode(value)) return undefined;
    value = value.get(segment);
  }
  return value;
}

function isNode(value: PropertyValue | undefined): value is PropertyNode {
  return typeof value === "object" && value !== null && "kind" in value;
}

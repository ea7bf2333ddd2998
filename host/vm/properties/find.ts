import type { Context } from "../context.js";
import type { PropertyNode, PropertyValue } from "../property-value.js";

/** The value at a NUL-separated path; undefined: NotFound. An empty last segment is no segment. */
export function findProperty(context: Context, path: string): PropertyValue | undefined {
  let end = segmentEnd(path, 0);
  let value = context.property(path.slice(0, end));
  while (end + 1 < path.length && isNode(value)) {
    const start = end + 1;
    end = segmentEnd(path, start);
    value = value.get(path.slice(start, end));
  }
  return end + 1 < path.length ? undefined : value;
}

function segmentEnd(path: string, from: number): number {
  const end = path.indexOf("\0", from);
  return end < 0 ? path.length : end;
}

function isNode(value: PropertyValue | undefined): value is PropertyNode {
  return typeof value === "object" && value !== null && "kind" in value;
}

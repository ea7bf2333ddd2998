import type { PropertyList, PropertyMap, PropertyValue } from "../property-value.js";
import { itemAt, utf8 } from "./text.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A google.protobuf.Value, given as JSON. */
export function ofJson(json: Json): PropertyValue {
  if (typeof json === "string") return utf8(json);
  if (typeof json === "number") return { double: json };
  if (typeof json !== "object" || json === null) return json;
  return isList(json) ? list(json) : map(json);
}

function isList(json: readonly Json[] | { readonly [key: string]: Json }): json is readonly Json[] {
  return Array.isArray(json);
}

function list(items: readonly Json[]): PropertyList {
  return {
    kind: "list",
    get(index) {
      const item = itemAt(items, index);
      return item === undefined ? undefined : ofJson(item);
    },
    items: () => items.map(ofJson),
  };
}

function map(fields: { readonly [key: string]: Json }): PropertyMap {
  const entries = new Map(Object.entries(fields).map(([key, value]) => [utf8(key), value]));
  return {
    kind: "map",
    get(key) {
      const value = entries.get(key);
      return value === undefined ? undefined : ofJson(value);
    },
    entries: () => Array.from(entries, ([key, value]) => [key, ofJson(value)] as const),
  };
}

import { toByteString } from "../host/http/headers/index.js";
import type { PropertyMap, PropertyNode, PropertyValue } from "../host/vm/index.js";

/**
 * A property as a test writes it: text is UTF-8, a whole number an integer, any other number a double; an object is a
 * map, and at the top (`xds`, `connection`, …) a namespace.
 */
export type PropertyInit =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | PropertyNode
  | { readonly [key: string]: PropertyInit | undefined };

/** Properties by their first path segment. A test may change them at any time: modules see what they are now. */
export interface Properties {
  [name: string]: PropertyInit | undefined;
}

/** What a module finds under a property's first path segment. */
export function topLevel(properties: Properties, name: string): PropertyValue | undefined {
  const init = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (init === undefined) return undefined;
  if (!isPlain(init)) return toProperty(init);
  return { kind: "namespace", get: (key) => valueIn(init, key) };
}

function toProperty(init: PropertyInit): PropertyValue {
  if (typeof init === "string") return toByteString(init);
  if (typeof init === "number") return Number.isInteger(init) ? BigInt(init) : { double: init };
  return isPlain(init) ? toMap(init) : init;
}

function toMap(init: { readonly [key: string]: PropertyInit | undefined }): PropertyMap {
  return {
    kind: "map",
    get: (key) => valueIn(init, key),
    *entries() {
      for (const [key, value] of Object.entries(init)) {
        if (value !== undefined) yield [toByteString(key), toProperty(value)] as const;
      }
    },
  };
}

function valueIn(init: { readonly [key: string]: PropertyInit | undefined }, key: string): PropertyValue | undefined {
  const value = Object.hasOwn(init, key) ? init[key] : undefined;
  return value === undefined ? undefined : toProperty(value);
}

function isPlain(init: PropertyInit): init is { readonly [key: string]: PropertyInit | undefined } {
  return typeof init === "object" && init !== null && !(init instanceof Uint8Array) && !("kind" in init);
}

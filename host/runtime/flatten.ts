import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/**
 * The keys of a layer: names of nested objects, joined by dots. As in Envoy an object with a numerator is a fraction, and so a
 * value, which is none that a whole number can be read from.
 */
export function flatten(layer: JsonObject): Map<string, JsonValue> {
  const keys = new Map<string, JsonValue>();
  const walk = (object: JsonObject, prefix: string): void => {
    for (const [name, value] of Object.entries(object)) {
      const key = prefix === "" ? name : `${prefix}.${name}`;
      if (isObject(value) && !("numerator" in value)) walk(value, key);
      else keys.set(key, value);
    }
  };
  walk(layer, "");
  return keys;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

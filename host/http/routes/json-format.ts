import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { toByteString } from "../headers/index.js";
import { compileValue, type FormatContext, type Formatter } from "./format.js";

type Compiled = (context: FormatContext) => JsonValue;

/**
 * Compiles Envoy's `json_format`: each string of the object is a format string. One that is a single command keeps its
 * type (numbers, metadata objects) and is null where nothing is found. The text is JSON without a line's end, as a byte string.
 */
export function compileJsonFormat(format: JsonObject, path: string): Formatter {
  const object = compile(format, path);
  return (context) => toByteString(JSON.stringify(object(context)));
}

function compile(value: JsonValue, path: string): Compiled {
  if (typeof value === "string") return compileValue(value, path);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compile(item, `${path}[${index}]`));
    return (context) => items.map((item) => item(context));
  }
  if (value !== null && typeof value === "object") {
    // A Struct is a map: it keeps no order, so lines are written in the order of the names.
    const names = Object.keys(value).sort();
    const members = names.map((name) => [name, compile(value[name] ?? null, `${path}.${name}`)] as const);
    return (context) => Object.fromEntries(members.map(([name, member]) => [name, member(context)]));
  }
  return () => value;
}

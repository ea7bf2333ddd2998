import { type DescField, type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { typeRegistry } from "../../xds/index.js";

/** What is wrong in a JSON document, and at which path. */
export interface JsonProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Finds the innermost value for which `json` cannot be read as `schema`. protobuf-es says what, but not where. */
export function explainJson(
  schema: DescMessage,
  json: JsonValue,
  path: readonly (string | number)[] = [],
): JsonProblem {
  const whole = problemOf(schema, json);
  if (whole === undefined) return { path, message: "no problem" };
  if (
    typeof json !== "object" ||
    json === null ||
    Array.isArray(json) ||
    schema.typeName.startsWith("google.protobuf.")
  ) {
    return { path, message: anyProblem(schema, json, path) ?? whole };
  }
  for (const [key, value] of Object.entries(json)) {
    const field = schema.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    const at = [...path, key];
    if (field === undefined) {
      return {
        path: at,
        message: `unknown field; ${schema.typeName} has ${schema.fields.map(({ name }) => name).join(", ")}`,
      };
    }
    if (problemOf(schema, { [key]: value }) !== undefined) return explainField(schema, field, value, at);
  }
  return { path, message: whole };
}

function explainField(
  owner: DescMessage,
  field: DescField,
  value: JsonValue,
  at: readonly (string | number)[],
): JsonProblem {
  const { message } = field;
  if (message !== undefined && field.fieldKind === "list" && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (problemOf(message, item) !== undefined) return explainJson(message, item, [...at, index]);
    }
  }
  if (message !== undefined && field.fieldKind === "map" && typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (problemOf(message, item) !== undefined) return explainJson(message, item, [...at, key]);
    }
  }
  if (message !== undefined && field.fieldKind === "message") {
    if (message.typeName === "google.protobuf.Any") return explainAny(value, at);
    return explainJson(message, value, at);
  }
  return { path: at, message: problemOf(owner, { [field.name]: value }) ?? "cannot be read" };
}

function explainAny(value: JsonValue, at: readonly (string | number)[]): JsonProblem {
  if (typeof value !== "object" || value === null || Array.isArray(value) || typeof value["@type"] !== "string") {
    return { path: at, message: 'expected an object with "@type"' };
  }
  const name = value["@type"].slice(value["@type"].lastIndexOf("/") + 1);
  const inner = typeRegistry.getMessage(name);
  if (inner === undefined) return { path: [...at, "@type"], message: `type ${name} is not known to this host` };
  const { "@type": _, ...fields } = value;
  if (inner.typeName.startsWith("google.protobuf."))
    return explainJson(inner, fields["value"] ?? null, [...at, "value"]);
  return explainJson(inner, fields, at);
}

function anyProblem(schema: DescMessage, json: JsonValue, path: readonly (string | number)[]): string | undefined {
  return schema.typeName === "google.protobuf.Any" ? explainAny(json, path).message : undefined;
}

function problemOf(schema: DescMessage, json: JsonValue): string | undefined {
  try {
    fromJson(schema, json, { registry: typeRegistry });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

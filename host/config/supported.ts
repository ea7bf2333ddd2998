import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { isFieldSet } from "@bufbuild/protobuf";
import { ConfigError } from "./config-error.js";

/**
 * The fields that a piece of the host implements: message type name → field names in proto spelling, or "*" where every
 * field is. Messages of google.protobuf need no entry.
 */
export type SupportedFields = Readonly<Record<string, readonly string[] | "*">>;

/** Throws ConfigError at the first field that is set and not in the table. A field is implemented or refused, never ignored. */
export function checkSupported(schema: DescMessage, message: Message, table: SupportedFields, path = ""): void {
  if (schema.typeName.startsWith("google.protobuf.")) return;
  const unknown = message.$unknown?.[0];
  if (unknown !== undefined) {
    throw new ConfigError(path, `field number ${unknown.no} of ${schema.typeName} is not known to this host`);
  }
  const known = table[schema.typeName];
  for (const field of schema.fields) {
    // Generated and dynamic messages have the same shape: isFieldSet is typed for the former only.
    if (!isFieldSet(message, field as never)) continue;
    const at = path === "" ? field.name : `${path}.${field.name}`;
    if (known === undefined || (known !== "*" && !known.includes(field.name))) {
      throw new ConfigError(at, `not implemented by this host (${schema.typeName})`);
    }
    for (const [suffix, value] of submessages(message, field)) {
      if (field.message !== undefined) checkSupported(field.message, value, table, at + suffix);
    }
  }
}

function* submessages(message: Message, field: DescField): Generator<[suffix: string, value: Message]> {
  if (field.message === undefined) return;
  const value = fieldValue(message, field);
  if (field.fieldKind === "list") {
    for (const [index, item] of (value as Message[]).entries()) if (isMessage(item)) yield [`[${index}]`, item];
  } else if (field.fieldKind === "map") {
    for (const [key, item] of Object.entries(value as Record<string, Message>)) {
      if (isMessage(item)) yield [`["${key}"]`, item];
    }
  } else if (isMessage(value)) {
    // Wrapper messages and Structs are plain values in protobuf-es; they have no fields to look at.
    yield ["", value];
  }
}

function fieldValue(message: Message, field: DescField): unknown {
  const record = message as unknown as Record<string, unknown>;
  if (field.oneof === undefined) return record[field.localName];
  return (record[field.oneof.localName] as { value: unknown }).value;
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
}

import { type DescField, type DescMessage, type Message, ScalarType, toBinary } from "@bufbuild/protobuf";
import { type ReflectList, type ReflectMap, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { PropertyList, PropertyMap, PropertyMessage, PropertyValue } from "../property-value.js";
import { itemAt, utf8 } from "./text.js";

/** A protobuf message. Fields are found by their proto names; well-known types are what CEL makes of them. */
export function ofMessage<Desc extends DescMessage>(desc: Desc, message: Message): PropertyValue {
  return ofReflect(reflect(desc, message as Parameters<typeof reflect<Desc>>[1]));
}

function ofReflect(message: ReflectMessage): PropertyValue {
  return wellKnown(message) ?? plain(message);
}

function plain(message: ReflectMessage): PropertyMessage {
  return {
    kind: "message",
    get(name) {
      const field = message.fields.find((candidate) => candidate.name === name);
      return field && fieldValue(message, field);
    },
    bytes: () => toBinary(message.desc, message.message, { writeUnknownFields: true }),
  };
}

function fieldValue(message: ReflectMessage, field: DescField): PropertyValue | undefined {
  switch (field.fieldKind) {
    case "map": {
      const kind = field.mapKind === "scalar" ? field.scalar : undefined;
      return mapValue(message.get(field), kind);
    }
    case "list": {
      const kind = field.listKind === "scalar" ? field.scalar : undefined;
      return listValue(message.get(field), kind);
    }
    case "message":
      // What is not set is the empty message; of a well-known type, nothing.
      return ofReflect(message.get(field));
    case "enum":
      return BigInt(message.get(field));
    case "scalar":
      return scalar(message.get(field), field.scalar);
  }
}

function mapValue(entries: ReflectMap, kind: ScalarType | undefined): PropertyMap {
  return {
    kind: "map",
    get(key) {
      const value = entries.get(Buffer.from(key, "latin1").toString("utf8"));
      return value === undefined ? undefined : item(value, kind);
    },
    entries: () => Array.from(entries, ([key, value]) => [scalar(key, undefined), item(value, kind)] as const),
  };
}

function listValue(items: ReflectList, kind: ScalarType | undefined): PropertyList {
  const all = [...items];
  return {
    kind: "list",
    get(index) {
      const found = itemAt(all, index);
      return found === undefined ? undefined : item(found, kind);
    },
    items: () => all.map((one) => item(one, kind)),
  };
}

function item(value: unknown, kind: ScalarType | undefined): PropertyValue {
  return isMessage(value) ? ofReflect(value) : scalar(value, kind);
}

function isMessage(value: unknown): value is ReflectMessage {
  return typeof value === "object" && value !== null && "desc" in value;
}

function scalar(value: unknown, kind: ScalarType | undefined): PropertyValue {
  if (typeof value === "string") return utf8(value);
  if (typeof value === "number") {
    return kind === ScalarType.DOUBLE || kind === ScalarType.FLOAT ? { double: value } : BigInt(value);
  }
  if (typeof value === "bigint" || typeof value === "boolean" || value instanceof Uint8Array) return value;
  return null;
}

function wellKnown(message: ReflectMessage): PropertyValue | undefined {
  const name = message.desc.typeName;
  const field = (wanted: string) => {
    const found = message.fields.find((candidate) => candidate.name === wanted);
    return found && fieldValue(message, found);
  };
  if (name === "google.protobuf.Struct") return field("fields");
  if (name === "google.protobuf.ListValue") return field("values");
  if (name === "google.protobuf.Timestamp" || name === "google.protobuf.Duration") {
    return BigInt(field("seconds") as bigint) * 1_000_000_000n + BigInt(field("nanos") as bigint);
  }
  if (name === "google.protobuf.Value") {
    const set = message.fields.find((candidate) => candidate.oneof && message.isSet(candidate));
    return set === undefined || set.name === "null_value" ? null : fieldValue(message, set);
  }
  if (name.startsWith("google.protobuf.") && name.endsWith("Value")) return field("value");
  return undefined;
}

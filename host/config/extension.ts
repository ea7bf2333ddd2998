import { type DescMessage, fromBinary, fromJson, type JsonObject, type MessageShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { TypedStructSchema } from "../../xds/gen/xds/type/v3/typed_struct_pb.js";
import { typeRegistry } from "../../xds/index.js";
import { ConfigError } from "./config-error.js";
import { checkSupported, type SupportedFields } from "./supported.js";

/** An extension's configuration, as its own message or as an `xds.type.v3.TypedStruct` of it. */
export interface Extension {
  /** Full name of the message type, without the URL's host. */
  readonly typeName: string;
  /** Where it was found, for errors. */
  readonly path: string;
  /** The JSON of a TypedStruct; undefined for a message. */
  readonly struct: JsonObject | undefined;
  /** The configuration as `schema`, each field that is set being in `supported`. */
  decode<Desc extends DescMessage>(schema: Desc, supported: SupportedFields): MessageShape<Desc>;
}

/** Opens an Any that holds an extension's configuration. */
export function openExtension(any: Any | undefined, path: string): Extension {
  if (any === undefined || any.typeUrl === "") throw new ConfigError(path, "expected a typed configuration");
  const outer = typeNameOf(any.typeUrl);
  if (outer !== TypedStructSchema.typeName) {
    return {
      typeName: outer,
      path,
      struct: undefined,
      decode: (schema, supported) => {
        expectType(schema, outer, path);
        const message = attempt(path, () => fromBinary(schema, any.value));
        checkSupported(schema, message, supported, path);
        return message;
      },
    };
  }
  const typed = attempt(path, () => fromBinary(TypedStructSchema, any.value));
  const struct = typed.value ?? {};
  const typeName = typeNameOf(typed.typeUrl);
  return {
    typeName,
    path,
    struct,
    decode: (schema, supported) => {
      expectType(schema, typeName, path);
      const message = attempt(`${path}.value`, () => fromJson(schema, struct, { registry: typeRegistry }));
      checkSupported(schema, message, supported, path);
      return message;
    },
  };
}

/** What follows the last slash of a type URL. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}

function expectType(schema: DescMessage, typeName: string, path: string): void {
  if (schema.typeName !== typeName) throw new ConfigError(path, `is a ${typeName}, expected ${schema.typeName}`);
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError(path, error instanceof Error ? error.message : String(error));
  }
}

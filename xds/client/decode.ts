import { createHash } from "node:crypto";
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { type DiscoveryResponse, ResourceSchema } from "../gen/envoy/service/discovery/v3/discovery_pb.js";
import { typeUrlOf } from "../type-urls.js";
import type { Rejection } from "./handler.js";

/** A resource of a response. */
export interface Decoded<T> {
  readonly message: T;
  /** Of its bytes. */
  readonly digest: string;
}

/** A response's resources by name, and those that could not be read. */
export interface DecodedResponse<T> {
  readonly resources: ReadonlyMap<string, Decoded<T>>;
  readonly rejections: readonly Rejection[];
}

/** Reads the resources of a response, each by itself. */
export function decode<Desc extends DescMessage>(
  schema: Desc,
  response: DiscoveryResponse,
): DecodedResponse<MessageShape<Desc>> {
  const resources = new Map<string, Decoded<MessageShape<Desc>>>();
  const rejections: Rejection[] = [];
  response.resources.forEach((any, index) => {
    try {
      const { name, body } = unwrap(any);
      if (body.typeUrl !== typeUrlOf(schema)) throw new Error(`is a ${body.typeUrl}, expected ${typeUrlOf(schema)}`);
      const message = fromBinary(schema, body.value);
      const own = name ?? nameOf(schema, message);
      if (resources.has(own)) rejections.push({ name: own, reason: "occurs twice in one response" });
      else resources.set(own, { message, digest: createHash("sha256").update(body.value).digest("base64") });
    } catch (error) {
      rejections.push({ name: `resource ${index}`, reason: error instanceof Error ? error.message : String(error) });
    }
  });
  return { resources, rejections };
}

/** A server may wrap resources to give them a name and a version of their own. */
function unwrap(any: Any): { name: string | undefined; body: Any } {
  const wrapper = anyUnpack(any, ResourceSchema);
  return wrapper?.resource === undefined
    ? { name: undefined, body: any }
    : { name: wrapper.name, body: wrapper.resource };
}

/** Endpoints are named by their cluster, everything else by `name`. */
function nameOf(schema: DescMessage, message: object): string {
  const field = schema.field["clusterName"] ?? schema.field["name"];
  const value = field === undefined ? undefined : Reflect.get(message, field.localName);
  if (typeof value !== "string" || value === "") throw new Error(`a ${schema.typeName} without a name`);
  return value;
}

import type { CelInput, CelMap, CelValue } from "@bufbuild/cel";
import { create, type Message, toBinary } from "@bufbuild/protobuf";
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { utf8 } from "../properties/index.js";
import type {
  PropertyMap,
  PropertyMessage,
  PropertyNamespace,
  PropertyNode,
  PropertyValue,
} from "../property-value.js";
import type { Lookup } from "./expression.js";
import { library } from "./library.js";

const NANOSECONDS = 1_000_000_000n;

/** Properties are numbers of 64 bits, whatever they tell; CEL has types for them. */
const TYPES: Readonly<Record<string, (value: bigint) => CelInput>> = {
  "request.time": (value) => create(TimestampSchema, split(value)),
  "request.duration": duration,
  "response.backend_latency": duration,
  "upstream.cx_pool_ready_duration": duration,
  "connection.id": unsigned,
  connection_id: unsigned,
  "upstream.request_attempt_count": unsigned,
};

/** Which property a map was made of: as a result it is written as that. */
const origins = new WeakMap<CelMap, PropertyNode>();

/** Properties as variables, looked up when the expression comes to them. */
export function variables(lookup: Lookup): Record<string, CelInput> {
  return new Proxy({}, { get: (_, name) => (typeof name === "string" ? celOf(lookup(name), name) : undefined) });
}

function celOf(value: PropertyValue | undefined, path: string): CelInput | undefined {
  if (typeof value === "string") return Buffer.from(value, "latin1").toString("utf8");
  if (typeof value === "bigint") return TYPES[path]?.(value) ?? BigInt.asIntN(64, value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if ("double" in value) return value.double;
  if (value.kind === "list") return Array.from(value.items(), (item) => celOf(item, "") ?? null);
  const map = library().celMap(new Entries(value, path));
  origins.set(map, value);
  return map;
}

/** What is in a property, converted when it is asked for. */
class Entries implements ReadonlyMap<string, CelInput> {
  constructor(
    private readonly node: PropertyNamespace | PropertyMap | PropertyMessage,
    private readonly path: string,
  ) {}

  get size(): number {
    return [...this.keys()].length;
  }

  get(key: string): CelInput | undefined {
    return typeof key === "string" ? celOf(this.node.get(utf8(key)), `${this.path}.${key}`) : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Only maps say what is in them. */
  *keys(): MapIterator<string> {
    if (this.node.kind !== "map") return undefined;
    const names = Array.from(this.node.entries(), ([key]) => celOf(key, ""));
    yield* new Set(names.filter((name) => typeof name === "string"));
    return undefined;
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this) yield value;
    return undefined;
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const key of this.keys()) yield [key, this.get(key) ?? null];
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }

  forEach(call: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this) call(value, key, this);
  }
}

/** A result as a property; null, as on Envoy, for what has no bytes: null and types. */
export function propertyOf(value: CelValue): PropertyValue {
  const { isCelList, isCelMap, isCelType, isCelUint } = library();
  if (typeof value === "string") return utf8(value);
  if (typeof value === "number") return { double: value };
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  if (value === null || isCelType(value)) return null;
  if (isCelUint(value)) return value.value;
  if (isCelMap(value)) return origins.get(value) ?? mapOf(value);
  if (isCelList(value)) {
    const items = Array.from(value, propertyOf);
    return { kind: "list", get: (index) => items[Number(index)], items: () => items };
  }
  return messageOf(value);
}

function mapOf(map: CelMap): PropertyMap {
  const entries = Array.from(map, ([key, value]) => [propertyOf(key), propertyOf(value)] as const);
  return { kind: "map", get: (wanted) => entries.find(([key]) => key === wanted)?.[1], entries: () => entries };
}

function messageOf({ desc, message }: ReflectMessage): PropertyValue {
  if (desc.typeName === TimestampSchema.typeName || desc.typeName === DurationSchema.typeName) {
    const { seconds, nanos } = message as Message as Timestamp | Duration;
    return seconds * NANOSECONDS + BigInt(nanos);
  }
  return { kind: "message", get: () => undefined, bytes: () => toBinary(desc, message) };
}

function duration(nanoseconds: bigint): CelInput {
  return create(DurationSchema, split(nanoseconds));
}

function unsigned(value: bigint): CelInput {
  return library().celUint(BigInt.asUintN(64, value));
}

function split(nanoseconds: bigint): { seconds: bigint; nanos: number } {
  return { seconds: nanoseconds / NANOSECONDS, nanos: Number(nanoseconds % NANOSECONDS) };
}

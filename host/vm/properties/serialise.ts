import { type Pair, pairsSize, writePairs } from "../pairs.js";
import type { PropertyValue } from "../property-value.js";

/** A value's bytes; undefined: SerializationFailure. */
export function serialise(value: PropertyValue): Uint8Array | undefined {
  if (typeof value === "string") return Buffer.from(value, "latin1");
  if (value instanceof Uint8Array) return value;
  if (typeof value === "bigint") return eightBytes((view) => view.setBigInt64(0, BigInt.asIntN(64, value), true));
  if (typeof value === "boolean") return Uint8Array.of(value ? 1 : 0);
  if (value === null) return undefined;
  if ("double" in value) return eightBytes((view) => view.setFloat64(0, value.double, true));
  switch (value.kind) {
    case "message":
      return value.bytes();
    case "map":
      return pairs(value.entries());
    case "list":
      return pairs(Array.from(value.items(), (item) => [item, ""] as const));
    case "namespace":
      return undefined;
  }
}

function pairs(entries: Iterable<readonly [PropertyValue, PropertyValue]>): Uint8Array | undefined {
  const all: Pair[] = [];
  for (const [key, value] of entries) {
    const name = serialise(key);
    const bytes = serialise(value);
    if (!name || !bytes) return undefined;
    all.push([Buffer.from(name).toString("latin1"), Buffer.from(bytes).toString("latin1")]);
  }
  const wire = new Uint8Array(pairsSize(all));
  writePairs(all, wire);
  return wire;
}

function eightBytes(write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(8);
  write(new DataView(bytes.buffer));
  return bytes;
}

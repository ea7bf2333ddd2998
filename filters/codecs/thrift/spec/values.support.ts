import fc from "fast-check";

export type Dialect = "strict" | "old" | "compact";

/** A value with its type, as thrift's two protocols write it. */
export type Value =
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "byte" | "i16" | "i32" | "i64"; readonly value: bigint }
  | { readonly type: "double" | "uuid"; readonly bytes: Uint8Array }
  | { readonly type: "binary"; readonly bytes: Uint8Array }
  | { readonly type: "struct"; readonly fields: readonly Field[] }
  | { readonly type: "list" | "set"; readonly values: readonly Value[] }
  | { readonly type: "map"; readonly pairs: readonly (readonly [Value, Value])[] };

export interface Field {
  readonly id: number;
  readonly value: Value;
}

const BINARY = {
  ...{ bool: 2, byte: 3, double: 4, i16: 6, i32: 8, i64: 10, binary: 11 },
  ...{ struct: 12, map: 13, set: 14, list: 15, uuid: 16 },
};
const COMPACT = {
  ...{ bool: 1, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8 },
  ...{ list: 9, set: 10, map: 11, struct: 12, uuid: 13 },
};
const SIZES = { byte: 1, i16: 2, i32: 4, i64: 8 };

export function struct(dialect: Dialect, fields: readonly Field[]): Buffer {
  let last = 0;
  const parts = fields.flatMap(({ id, value }) => {
    if (dialect !== "compact") return [Buffer.of(BINARY[value.type], id >> 8, id & 0xff), valueBytes(dialect, value)];
    const type = value.type === "bool" && !value.value ? 2 : COMPACT[value.type];
    const delta = id - last;
    last = id;
    const head =
      delta > 0 && delta < 16 ? Buffer.of((delta << 4) | type) : Buffer.of(type, ...varint(zigzag(BigInt(id))));
    return value.type === "bool" ? [head] : [head, valueBytes(dialect, value)];
  });
  return Buffer.concat([...parts, Buffer.of(0)]);
}

function valueBytes(dialect: Dialect, value: Value): Buffer {
  const compact = dialect === "compact";
  switch (value.type) {
    case "bool":
      return Buffer.of(value.value ? 1 : compact ? 2 : 0);
    case "byte":
    case "i16":
    case "i32":
    case "i64": {
      if (compact && value.type !== "byte") return varint(zigzag(value.value));
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(value.value);
      return bytes.subarray(8 - SIZES[value.type]);
    }
    case "double":
    case "uuid":
      return Buffer.from(value.bytes);
    case "binary":
      return Buffer.concat([count(compact, value.bytes.length), value.bytes]);
    case "struct":
      return struct(dialect, value.fields);
    case "list":
    case "set": {
      const { values } = value;
      const type = values[0]?.type ?? "i32";
      const all = values.map((it) => valueBytes(dialect, it));
      if (!compact) return Buffer.concat([Buffer.of(BINARY[type]), count(false, values.length), ...all]);
      const small = values.length < 15;
      const head = Buffer.of(((small ? values.length : 15) << 4) | COMPACT[type]);
      return Buffer.concat([head, ...(small ? [] : [varint(values.length)]), ...all]);
    }
    case "map": {
      const { pairs } = value;
      const [key, other] = pairs[0] ?? [];
      const all = pairs.flat().map((it) => valueBytes(dialect, it));
      if (compact && (!key || !other)) return Buffer.of(0);
      const types = key && other ? ([key.type, other.type] as const) : (["i32", "i32"] as const);
      if (compact) {
        return Buffer.concat([varint(pairs.length), Buffer.of((COMPACT[types[0]] << 4) | COMPACT[types[1]]), ...all]);
      }
      return Buffer.concat([Buffer.of(BINARY[types[0]], BINARY[types[1]]), count(false, pairs.length), ...all]);
    }
  }
}

function count(compact: boolean, length: number): Buffer {
  if (compact) return varint(length);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.of(...bytes, Number(rest));
}

const integer = (bits: number) => fc.bigInt({ min: -(1n << BigInt(bits - 1)), max: (1n << BigInt(bits - 1)) - 1n });
const sized = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const { value } = fc.letrec<{ value: Value; same: readonly Value[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.boolean().map((it): Value => ({ type: "bool", value: it })),
    integer(8).map((it): Value => ({ type: "byte", value: it })),
    integer(16).map((it): Value => ({ type: "i16", value: it })),
    integer(32).map((it): Value => ({ type: "i32", value: it })),
    integer(64).map((it): Value => ({ type: "i64", value: it })),
    sized(8).map((bytes): Value => ({ type: "double", bytes })),
    sized(16).map((bytes): Value => ({ type: "uuid", bytes })),
    fc.uint8Array({ maxLength: 300 }).map((bytes): Value => ({ type: "binary", bytes })),
    fc.array(tie("value"), { maxLength: 6 }).map((all): Value => ({ type: "struct", fields: numbered(all) })),
    tie("same").map((values): Value => ({ type: "list", values })),
    tie("same").map((values): Value => ({ type: "set", values })),
    fc.tuple(tie("same"), tie("same")).map(([keys, values]): Value => {
      const length = Math.min(keys.length, values.length);
      const pairs = keys.slice(0, length).flatMap((key, i) => {
        const other = values[i];
        return other ? [[key, other] as const] : [];
      });
      return { type: "map", pairs };
    }),
  ),
  // Elements of one type: one value several times is enough to find an end.
  same: fc.tuple(tie("value"), fc.nat(20)).map(([one, times]) => Array.from({ length: times }, () => one)),
}));

function numbered(values: readonly Value[]): Field[] {
  return values.map((it, i) => ({ id: i * 7 + 1, value: it }));
}

export const fields: fc.Arbitrary<readonly Field[]> = fc.array(value, { maxLength: 5 }).map(numbered);

import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** The fields of a small message by number: numbers and byte strings, the last one wins. */
export interface Fields {
  text(number: number): string;
  bytes(number: number): Uint8Array;
  number(number: number): number;
}

const NONE = new Uint8Array(0);

/** Reads a message of varints and length-delimited fields; undefined where it does not parse. */
export function readFields(message: Uint8Array): Fields | undefined {
  const numbers = new Map<number, number>();
  const delimited = new Map<number, Uint8Array>();
  try {
    const reader = new BinaryReader(message);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (type === WireType.Varint) numbers.set(field, Number(reader.uint64()));
      else if (type === WireType.LengthDelimited) delimited.set(field, reader.bytes());
      else reader.skip(type, field);
    }
  } catch {
    return undefined;
  }
  return {
    text: (number) => Buffer.from(delimited.get(number) ?? NONE).toString("utf8"),
    bytes: (number) => delimited.get(number) ?? NONE,
    number: (number) => numbers.get(number) ?? 0,
  };
}

/** Writes a message; what is false or empty is left out, as proto3 does. */
export function writeFields(fields: Readonly<Record<number, boolean | string | Uint8Array>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of Object.entries(fields)) {
    if (value === true) writer.tag(Number(number), WireType.Varint).bool(true);
    else if (typeof value === "string" && value !== "")
      writer.tag(Number(number), WireType.LengthDelimited).string(value);
    else if (value instanceof Uint8Array && value.length > 0) {
      writer.tag(Number(number), WireType.LengthDelimited).bytes(value);
    }
  }
  return writer.finish();
}

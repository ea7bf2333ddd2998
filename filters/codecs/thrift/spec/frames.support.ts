import { fileURLToPath } from "node:url";
import { readFrames, type SampleFrame } from "../../../../testing/codec/index.js";
import { type Dialect, type Field, struct, varint } from "./values.support.js";

export const source = { folder: "filters/codecs/thrift", module: "thrift", name: "Thrift" };

export const TRANSPORTS = ["unframed", "framed", "header"] as const;
export const DIALECTS = ["strict", "old", "compact"] as const;
export const TYPES = { call: 1, reply: 2, exception: 3, oneWay: 4 } as const;

/** Frames that Apache's own Python library wrote (samples/record.py). */
export function recorded(): SampleFrame[] {
  return readFrames(fileURLToPath(new URL("../samples", import.meta.url)));
}

export interface Parts {
  readonly transport?: (typeof TRANSPORTS)[number];
  readonly dialect?: Dialect;
  readonly type?: number;
  readonly name?: string;
  readonly sequence?: number;
  readonly fields?: readonly Field[];
  /** THeader's pairs. */
  readonly pairs?: readonly (readonly [string, string])[];
  readonly transforms?: readonly number[];
  readonly protocol?: number;
  /** What stands behind the pairs in THeader's headers. */
  readonly rest?: Uint8Array;
}

export function message(parts: Parts = {}): Buffer {
  const { transport = "framed", dialect = "strict" } = parts;
  const body = Buffer.concat([head(parts), struct(dialect, parts.fields ?? [])]);
  if (transport === "unframed") return body;
  if (transport === "framed") return Buffer.concat([u32(body.length), body]);
  const { pairs = [], transforms = [], rest = [] } = parts;
  const protocol = parts.protocol ?? (dialect === "compact" ? 2 : 0);
  const infos = pairs.length > 0 ? [varint(1), varint(pairs.length), ...pairs.flat().map(text)] : [];
  const headers = Buffer.concat([
    varint(protocol),
    varint(transforms.length),
    ...transforms.map(varint),
    ...infos,
    Buffer.from(rest),
  ]);
  const padded = Buffer.concat([headers, Buffer.alloc(-headers.length & 3)]);
  const words = Buffer.of(padded.length >> 10, (padded.length >> 2) & 0xff);
  const rest4 = [Buffer.of(0x0f, 0xff, 0, 0), u32(parts.sequence ?? 7), words, padded, body];
  return Buffer.concat([u32(10 + padded.length + body.length), ...rest4]);
}

function head({ dialect = "strict", type = TYPES.call, name = "echo", sequence = 7 }: Parts): Buffer {
  const bytes = Buffer.from(name);
  if (dialect === "compact") {
    return Buffer.concat([Buffer.of(0x82, (type << 5) | 1), varint(sequence), text(name)]);
  }
  if (dialect === "old") return Buffer.concat([u32(bytes.length), bytes, Buffer.of(type), u32(sequence)]);
  return Buffer.concat([u32(0x80010000 + type), u32(bytes.length), bytes, u32(sequence)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Every transport with every dialect that it carries. */
export const SPEECHES = TRANSPORTS.flatMap((transport) =>
  DIALECTS.filter((dialect) => transport !== "header" || dialect !== "old").map((dialect) => ({ transport, dialect })),
);

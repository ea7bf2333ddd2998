import fc from "fast-check";
import type { SampleFrame } from "../../../../testing/codec/index.js";
import { message, SPEECHES, TYPES, u32 } from "./frames.support.js";
import { fields } from "./values.support.js";

const text = fc.string({ unit: "grapheme", maxLength: 30 });
const speech = fc.constantFrom(...SPEECHES);
const sequence = fc.oneof(fc.constant(0), fc.nat(0xffffffff));
const method = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,20}$/);
const name = fc.oneof(
  method,
  fc.tuple(method, method).map(([service, it]) => `${service}:${it}`),
);
const pairs = fc.array(fc.tuple(text, text), { maxLength: 6 });

/** Messages of every type, in every transport and dialect. */
export const frames: fc.Arbitrary<SampleFrame> = fc
  .record({ speech, name, sequence, fields, pairs, type: fc.constantFrom(1, 2, 3, 4) })
  .map(({ speech, ...parts }) => ({
    name: "made",
    from: parts.type === TYPES.call || parts.type === TYPES.oneWay ? "Client" : "Server",
    bytes: message({ ...speech, ...parts }),
  }));

/** Frames of 2 GiB, and strings, lists and maps that no frame can hold. */
export const bombs: readonly Uint8Array[] = [
  declared("framed"),
  declared("header"),
  unframed("strict", "0b00017fffffff"),
  unframed("strict", "0b0001ffffffff"),
  unframed("strict", "0f00010a7fffffff"),
  unframed("strict", "0d00010a0a7fffffff"),
  unframed("old", "0f00010bffffffff"),
  unframed("compact", "18ffffffff7f"),
  unframed("compact", "19f7ffffffff7f"),
  unframed("compact", "1bffffffffffffffff7f88"),
];

function declared(transport: "framed" | "header"): Buffer {
  const bytes = message({ transport });
  u32(0x7ffffff0).copy(bytes);
  return bytes;
}

function unframed(dialect: "strict" | "old" | "compact", field: string): Buffer {
  return Buffer.concat([message({ transport: "unframed", dialect }).subarray(0, -1), Buffer.from(field, "hex")]);
}

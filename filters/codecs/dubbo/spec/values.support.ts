import fc from "fast-check";
import type { SampleFrame } from "../../../../testing/codec/index.js";
import { frame, map, request, response } from "./frames.support.js";

// hessian.js writes surrogate pairs only whole.
const text = fc.string({ unit: "grapheme", maxLength: 80 });
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((it) => ({ $class: "long", $: String(it) }));

/** Every kind of value that hessian.js can write. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(null, true, false, "", new Date(0), new Date(1_700_000_040_000), new Date(1_700_000_000_123)),
    fc.integer(),
    fc.integer({ min: -20, max: 50 }),
    long,
    fc.double({ noNaN: true }),
    text,
    fc.integer({ min: 1000, max: 70_000 }).map((length) => "wind 🌊 ".repeat(length / 8)),
    fc.uint8Array({ maxLength: 30 }).map((it) => Buffer.from(it)),
    fc.integer({ min: 900, max: 9000 }).map((length) => Buffer.alloc(length, 0x5a)),
    fc.array(tie("value"), { maxLength: 12 }),
    fc.array(tie("value"), { maxLength: 12 }).map(($) => ({ $class: "java.util.LinkedList", $ })),
    fc.dictionary(text, tie("value"), { maxKeys: 5 }),
    fc.dictionary(text, tie("value"), { maxKeys: 5 }).map((it) => ({ $class: "java.util.TreeMap", $: it })),
    fc
      .tuple(fc.nat(20), tie("value"), tie("value"))
      .map(([type, a, b]) => ({ $class: `demo.Type${type}`, $: { first: a, second: b, third: [a] } })),
  ),
}));

const attachments = fc
  .tuple(
    fc.dictionary(fc.string({ unit: "grapheme", maxLength: 20 }), fc.oneof(text, text, text, value), { maxKeys: 8 }),
    fc.boolean(),
  )
  .map(([entries, usual]) =>
    map(
      usual
        ? { path: "demo.Reviews", interface: "demo.Reviews", version: "1.0.0", timeout: "900", ...entries }
        : entries,
    ),
  );

const id = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

export const frames: fc.Arbitrary<SampleFrame> = fc.oneof(
  fc
    .record({
      id,
      flag: fc.constantFrom(0xc2, 0x82),
      arguments: fc.array(value, { maxLength: 4 }),
      attachments: fc.oneof({ weight: 4, arbitrary: attachments }, { weight: 1, arbitrary: fc.constant(null) }),
    })
    .map((parts): SampleFrame => ({ name: "made request", from: "Client", bytes: request(parts) })),
  fc.tuple(id, value, attachments, fc.constantFrom(0x90, 0x91, 0x92, 0x93, 0x94, 0x95)).map(
    ([id, answer, entries, content]): SampleFrame => ({
      name: "made response",
      from: "Server",
      bytes: response({
        id,
        content,
        write: (body) => {
          if (content % 3 !== 2) body.write(answer);
          if (content >= 0x93) body.write(entries);
        },
      }),
    }),
  ),
  fc.tuple(id, fc.constantFrom(25, 30, 31, 40, 60, 70, 80, 90, 100), text).map(
    ([id, status, reason]): SampleFrame => ({
      name: "made error",
      from: "Server",
      bytes: response({ id, status, write: (body) => body.writeString(reason) }),
    }),
  ),
);

/** Bodies of 2 and 4 GiB, and lists, texts and objects that declare more than there is. */
export const bombs: readonly Uint8Array[] = [
  bomb(0xc2, 0x7fffffff),
  bomb(0xc2, 0xffffffff),
  bomb(0x02, 0xfffffff0),
  longBody(Buffer.from("58497fffffff", "hex")),
  longBody(Buffer.from("56046c697374497fffffff", "hex")),
  longBody(Buffer.from("430141497fffffff60", "hex")),
];

function bomb(flag: number, length: number): Buffer {
  const head = frame(flag, 20, 1n, Buffer.alloc(0));
  head.writeUInt32BE(length, 12);
  return head;
}

/** A request that says it goes on, whose argument is these bytes. */
function longBody(argument: Buffer): Buffer {
  const bytes = Buffer.concat([request({ descriptor: "Ljava/lang/Object;" }), argument]);
  bytes.writeUInt32BE(bytes.length, 12);
  return bytes;
}

import fc from "fast-check";
import { expect, it } from "vitest";
import { Frames } from "./framed.js";

const frame = (payload: Uint8Array) => Buffer.concat([Buffer.from([payload.length]), payload]);

it("gives the same frames however the bytes are cut", () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (parts, cuts) => {
      const frames = parts.map(frame);
      const bytes = Buffer.concat(frames);
      const taken: Buffer[] = [];
      const stream = new Frames(1, (all, at) => 1 + (all[at] ?? 0));
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const length = cuts[i % cuts.length] ?? 1;
        taken.push(...stream.take(bytes.subarray(at, at + length)));
        at += length;
      }
      expect(taken).toEqual(frames);
    }),
  );
});

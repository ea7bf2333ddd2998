import fc from "fast-check";
import { expect, test } from "vitest";
import { contract } from "../support/index.js";

const services = {
  fuzz: { routes: [{ match: { go: { exact: "yes" } }, to: "v1", request: [["Added", "1"]] as const }] },
};

contract("fuzz", { services }, (world) => {
  test("frames with bytes changed, cut or repeated: whatever comes of them, others are served", {
    timeout: 600_000,
  }, async () => {
    const { protocol } = world();
    const other = world().caller("fuzz");
    const good = { attributes: [["go", "yes"] as const], payload: "good" };
    const edit = fc.record({ at: fc.nat(200), remove: fc.nat(4), insert: fc.uint8Array({ maxLength: 4 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        async (id, edits) => {
          let bytes = protocol.request(id, {
            attributes: [
              ["go", "yes"],
              ["User", "Jason"],
            ],
            payload: "x".repeat(50),
          });
          for (const { at, remove, insert } of edits) {
            const from = Math.min(at, bytes.length);
            bytes = Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]);
          }
          const socket = world().socket("fuzz");
          socket.resume().end(bytes);
          const answer = await other.call(good);
          expect([answer.error, answer.payload.toString()]).toEqual([undefined, "good"]);
          socket.destroy();
        },
      ),
      { numRuns: 3_000 },
    );
    expect(other.opened).toBe(1);
  });
});

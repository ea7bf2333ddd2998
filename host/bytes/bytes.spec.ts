import { once } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteQueue, MemoryDuplex, xxHash64 } from "./index.js";

test("a queue behaves as one array of bytes does", () => {
  const bytes = fc.uint8Array({ maxLength: 20 });
  const step = fc.oneof(
    fc.record({ op: fc.constant("append" as const), bytes }),
    fc.record({ op: fc.constant("prepend" as const), bytes }),
    fc.record({ op: fc.constant("drain" as const), count: fc.nat(30) }),
    fc.record({ op: fc.constant("splice" as const), start: fc.nat(30), count: fc.nat(30), bytes }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const change of steps) {
        if (change.op === "append") model.push(...change.bytes);
        if (change.op === "prepend") model.unshift(...change.bytes);
        if (change.op === "drain") model = model.slice(change.count);
        if (change.op === "splice") model.splice(change.start, change.count, ...change.bytes);
        if (change.op === "append" || change.op === "prepend") queue[change.op](change.bytes);
        if (change.op === "drain") queue.drain(change.count);
        if (change.op === "splice") queue.splice(change.start, change.count, change.bytes);
        expect(queue.length).toBe(model.length);
      }
      expect([...queue.slice(2, 5)]).toEqual(model.slice(2, 7));
      expect([...queue.take()]).toEqual(model);
      expect(queue.length).toBe(0);
    }),
  );
});

test("what is written at one end of a memory duplex is read at the other, and each end ends on its own", async () => {
  const [one, other] = MemoryDuplex.pair();
  let text = "";
  other.on("data", (chunk) => {
    text += chunk;
  });
  one.write("a");
  one.end("b");
  await once(other, "end");
  expect(text).toBe("ab");
  one.resume();
  other.end("c");
  await Promise.all([once(one, "close"), once(other, "close")]);
});

test("a reader that stops holds the writer back", async () => {
  const [one, other] = MemoryDuplex.pair(1024);
  let written = 0;
  while (one.write(Buffer.alloc(512)) && written < 100) written += 1;
  await new Promise((resolve) => setImmediate(resolve));
  while (one.write(Buffer.alloc(512)) && written < 100) written += 1;
  expect(written).toBeLessThan(8);
  other.resume();
  await once(one, "drain");
});

test("destroying an end closes the other, with its reason; with an error it is a reset", async () => {
  const [one, other] = MemoryDuplex.pair();
  other.resume();
  one.closeDetails = "why";
  one.destroy();
  await once(other, "close");
  expect([other.closeDetails, other.errored]).toEqual(["why", null]);
  const [three, four] = MemoryDuplex.pair();
  three.on("error", () => undefined);
  three.destroy(new Error("x"));
  const [error] = await once(four, "error");
  expect(error.code).toBe("ECONNRESET");
});

test("xxHash64 gives the values of its specification", () => {
  expect(xxHash64(Buffer.alloc(0))).toBe(0xef46db3751d8e999n);
  expect(xxHash64(Buffer.from("a"))).toBe(0xd24ec4f1a98c6e5bn);
});

test("a duplex that is to keep reading does so while its reader would pause at each chunk", async () => {
  const [near, far] = MemoryDuplex.pair();
  near.readBySession();
  let chunks = 0;
  near.on("data", () => {
    chunks += 1;
    near.pause(); // as node:http2 does for each of its own writes
  });
  for (let i = 0; i < 100; i++) far.write(Buffer.alloc(10));
  far.end();
  await once(near, "end");
  expect(chunks).toBe(100);
});

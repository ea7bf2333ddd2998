import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { awesomerpc, contract } from "../support/index.js";

const MIB = 1024 * 1024;
const services = { slow: { routes: [{ to: "v1" }] } };

contract(
  "back-pressure",
  { services },
  (world) => {
    test("a client that never reads while 400 answers of 900 KB come back", async () => {
      const { protocol, proxy, backends } = world();
      const large = Buffer.alloc(900 * 1024, "x");
      backends.v1.reply = ({ operation }) => (operation === "large" ? { payload: large } : {});
      const reader = world().caller("slow", 10_000);
      for (let i = 0; i < 10; i++)
        expect((await reader.call({ operation: "large" })).payload.length).toBe(large.length);

      const before = proxy.rss();
      const deaf = world().socket("slow").pause();
      for (let id = 0n; id < 400n; id++) deaf.write(protocol.request(id, { operation: "large" }));
      let most = 0;
      for (let i = 0; i < 40; i++) {
        await delay(100);
        most = Math.max(most, proxy.rss() - before);
        if (i % 10 === 5) expect((await reader.call({ payload: "small" })).payload.toString()).toBe("small");
      }
      expect(most).toBeLessThan(64 * MIB);

      // Once it reads, each of its requests has an answer: the value, or an error in the protocol's own words.
      const got: Buffer[] = [];
      let bytes = 0;
      deaf.on("data", (chunk: Buffer) => {
        got.push(chunk);
        bytes += chunk.length;
      });
      for (let last = -1; last !== bytes; ) {
        last = bytes;
        await delay(1_000);
      }
      const answers = protocol.answers(Buffer.concat(got));
      expect(new Set(answers.map(({ id }) => id)).size).toBe(400);
      expect(answers.every(({ error, payload }) => error !== undefined || payload.length === large.length)).toBe(true);
      deaf.destroy();
      expect((await reader.call({ operation: "large" })).payload.length).toBe(large.length);
    });

    test("a backend that stops reading holds up its own requests only so far, and the proxy's memory stays", async () => {
      const { proxy, backends } = world();
      backends.v1.silent = true;
      const caller = world().caller("slow", 2_000);
      await caller.call().catch(() => undefined);
      const before = proxy.rss();
      const calls = Array.from({ length: 60 }, () =>
        caller.call({ payload: Buffer.alloc(MIB), timeoutMs: 3_000 }).catch(() => undefined),
      );
      await Promise.all(calls);
      expect(proxy.rss() - before).toBeLessThan(128 * MIB);
    });
  },
  { protocols: [awesomerpc] },
);

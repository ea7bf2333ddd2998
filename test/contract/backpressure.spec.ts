import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  awesomerpc,
  contract,
  HARDLY_MATTERS,
  type RunningProxy,
  redis,
  thrift,
  type World,
  withTime,
} from "../support/index.js";

const MIB = 1024 * 1024;
const LARGE = Buffer.alloc(900 * 1024, "x");
const REQUESTS = 400;
/** What may be added to a proxy's memory; node's grows by garbage too before it is collected. */
const most = (proxy: RunningProxy): number => (proxy.kind === "envoy" ? 64 : 96) * MIB;
const services = { slow: { routes: [{ to: "v1" }] } };

/** A client that has asked for 400 answers of 900 KB and does not read them. */
function deafClient(world: World): Socket {
  const socket = world.socket("slow").pause();
  for (let id = 0n; id < REQUESTS; id++) socket.write(world.protocol.request(id, { operation: "large" }));
  return socket;
}

function answerLarge(world: World): void {
  world.backends.v1.reply = ({ operation }) => (operation === "large" ? { payload: LARGE } : {});
}

contract(
  "back-pressure",
  { services },
  (world) => {
    test("a client that never reads costs less than 64 MB, and when it reads has an answer to each request", async () => {
      const { protocol, proxy } = world();
      answerLarge(world());
      const reader = world().caller("slow", 10_000);
      for (let i = 0; i < 10; i++)
        expect((await reader.call({ operation: "large" })).payload.length).toBe(LARGE.length);

      const before = proxy.rss();
      const deaf = deafClient(world());
      let grown = 0;
      for (let i = 0; i < 40; i++) {
        await delay(100);
        grown = Math.max(grown, proxy.rss() - before);
      }
      expect(grown).toBeLessThan(most(proxy));

      const got: Buffer[] = [];
      let bytes = 0;
      deaf.on("data", (chunk: Buffer) => {
        got.push(chunk);
        bytes += chunk.length;
      });
      deaf.resume();
      for (let last = -1; last !== bytes; await delay(1_000)) last = bytes;
      const answers = protocol.answers(Buffer.concat(got));
      expect(answers).toHaveLength(REQUESTS);
      if (protocol.idBits !== 0) expect(new Set(answers.map(({ id }) => id)).size).toBe(REQUESTS);
      expect(answers.every(({ error, payload }) => error !== undefined || payload.length === LARGE.length)).toBe(true);
      deaf.destroy();
      expect((await reader.call({ operation: "large" })).payload.length).toBe(LARGE.length);
    });

    test("a client that never reads holds up nobody else for long", async () => {
      answerLarge(world());
      const reader = world().caller("slow", 5_000);
      await reader.call();
      deafClient(world());
      for (let i = 0; i < 10; i++) {
        expect((await reader.call({ payload: `${i}` })).payload.toString()).toBe(`${i}`);
        await delay(200);
      }
    });

    test("a backend that answers none of 200 requests of 1 MiB: the proxy's memory stays", async () => {
      const { proxy, backends } = world();
      backends.v1.silent = true;
      const caller = world().caller("slow", 2_000);
      await caller.call().catch(() => undefined);
      const before = proxy.rss();
      const calls = Array.from({ length: 200 }, () =>
        caller.call({ payload: Buffer.alloc(MIB), timeoutMs: 3_000 }).catch(() => undefined),
      );
      await Promise.all(calls);
      expect(proxy.rss() - before).toBeLessThan(most(proxy));
    });
  },
  // What flows may hold is in flow-memory.
  { protocols: [awesomerpc, redis, ...withTime(thrift)], lanes: HARDLY_MATTERS },
);

import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { contract, postgresql } from "../../support/index.js";
import { openSession } from "./sessions.support.js";

const services = { aging: { annotations: { "meltemi.dev/max-connection-duration": "2s" } } };
const ADMIN_SHUTDOWN = "57P01";

contract(
  "drains of sessions",
  { services },
  (world) => {
    test("under load: a session ends between two queries, its client is told so, and no query is lost", async () => {
      for (const backend of world().all) backend.latency = () => Math.random() * 10;
      const end = Date.now() + 6_500;
      const asked: string[] = [];
      // What the proxy ended with the query on its way: no server may have seen it, so that its client may ask again.
      const turnedAway: string[] = [];
      let sessions = 0;
      const clients = Array.from({ length: 8 }, async (_, client) => {
        while (Date.now() < end) {
          const session = await openSession(world(), "aging");
          sessions += 1;
          while (session.farewell === undefined && Date.now() < end) {
            const sql = `select ${client}.${asked.length}`;
            asked.push(sql);
            const { error, value } = await session.query(sql);
            if (error === ADMIN_SHUTDOWN) {
              turnedAway.push(sql);
              break;
            }
            expect([error, value.toString()]).toEqual([undefined, sql]);
            await delay(Math.random() * 4);
          }
          if (Date.now() >= end) return session.end();
          if (session.farewell !== undefined) expect(session.farewell).toBe(ADMIN_SHUTDOWN);
          await session.closed;
        }
      });
      await Promise.all(clients);
      const seen = world().all.flatMap(({ messages }) => messages.map(({ payload }) => payload.toString()));
      expect(seen.sort()).toEqual(asked.filter((sql) => !turnedAway.includes(sql)).sort());
      expect(asked.length).toBeGreaterThan(300);
      expect(sessions).toBeGreaterThanOrEqual(16);
    });

    test("an idle session ends by itself", async () => {
      const session = await openSession(world(), "aging");
      const started = Date.now();
      await session.query("select 1");
      await session.closed;
      expect(session.farewell).toBe(ADMIN_SHUTDOWN);
      expect(Date.now() - started).toBeGreaterThan(1_000);
      expect(Date.now() - started).toBeLessThan(8_000);
    });

    test("a transaction goes on to its end, long after the session was to end", async () => {
      const session = await openSession(world(), "aging");
      await session.query("begin");
      for (let i = 0; i < 20; i++) {
        await delay(500);
        expect(await session.query(`insert ${i}`)).toEqual({ value: Buffer.from(`insert ${i}`) });
      }
      expect((await session.query("commit")).error).toBeUndefined();
      await session.closed;
      expect(session.farewell).toBe(ADMIN_SHUTDOWN);
    });

    test("a query that takes longer than the session may last has its answer", async () => {
      for (const backend of world().all) backend.latency = () => 8_000;
      const session = await openSession(world(), "aging");
      expect(await session.query("select slowly")).toEqual({ value: Buffer.from("select slowly") });
      await session.closed;
      expect(session.farewell).toBe(ADMIN_SHUTDOWN);
    });
  },
  { protocols: [postgresql], sideBySide: true },
);

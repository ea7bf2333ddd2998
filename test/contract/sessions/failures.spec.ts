import { afterAll, beforeAll, expect, test } from "vitest";
import { BlackHole, contract, freePort, postgresql, until } from "../../support/index.js";
import { connecting, openSession } from "./sessions.support.js";

let hole: BlackHole | undefined;
beforeAll(async () => {
  hole = await BlackHole.open();
});
afterAll(() => hole?.close());

async function spec() {
  return {
    services: {
      routed: { routes: [{ match: { database: { exact: "sales" } }, to: "v1" }] },
      plain: { routes: [{ to: "v1" }] },
      empty: { backends: {} },
      refused: { backends: { v1: await freePort() } },
      unreachable: { backends: { v1: hole?.port ?? 0 } },
    },
  };
}

contract(
  "failures of sessions",
  spec,
  (world) => {
    const words: [string, string, string, number][] = [
      ["no route", "routed", "3D000", 1_500],
      ["no healthy backend", "empty", "08001", 1_500],
      ["connection refused", "refused", "08001", 1_500],
      ["a connect timeout", "unreachable", "08001", 15_000],
    ];
    test.each(words)("%s is said in PostgreSQL's words, and the connection closes", async (_, service, state, most) => {
      const started = Date.now();
      for (let i = 0; i < (most > 1_500 ? 1 : 5); i++) {
        const session = connecting(world(), service);
        const { error, value } = await session.start();
        expect(error).toBe(state);
        expect(value.toString()).not.toBe("");
        await session.closed;
      }
      expect(Date.now() - started).toBeLessThan(most);
    });

    test("a server gone: each of its sessions is told and ends, whatever it was doing; the next ones are served", async () => {
      const { v1 } = world().backends;
      const busy = await Promise.all(Array.from({ length: 10 }, () => openSession(world(), "plain")));
      const idle = await Promise.all(Array.from({ length: 10 }, () => openSession(world(), "plain")));
      v1.silent = true;
      const waiting = busy.map((session) => session.query("select pg_sleep(60)"));
      await until("all at the server", () => v1.messages.length === 10);
      const cut = Date.now();
      v1.kill();
      expect((await Promise.all(waiting)).map(({ error }) => error)).toEqual(busy.map(() => "08001"));
      await Promise.all([...busy, ...idle].map(({ closed }) => closed));
      expect(idle.map(({ farewell }) => farewell)).toEqual(idle.map(() => "08001"));
      expect(Date.now() - cut).toBeLessThan(3_000);
      v1.silent = false;
      expect((await (await openSession(world(), "plain")).query("select 1")).error).toBeUndefined();
    });

    test("a query's own error leaves the session as it is", async () => {
      world().backends.v1.reply = ({ payload }) =>
        payload.includes("wrong") ? { business: true, payload: "no such table" } : {};
      const session = await openSession(world(), "plain");
      expect(await session.query("select wrong")).toEqual({ error: "22000", value: Buffer.from("no such table") });
      expect(await session.query("select right")).toEqual({ value: Buffer.from("select right") });
    });
  },
  { protocols: [postgresql] },
);

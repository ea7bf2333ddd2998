import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { contract, postgresql, type Route, Session, until } from "../../support/index.js";
import { openSession, servedBy } from "./sessions.support.js";

const CHANGES = 100;

/** Where the rules send the database `main`; the database `other` stays where it is. */
const target = (revision: number): "v1" | "v2" => (revision % 2 === 0 ? "v1" : "v2");

function routes(revision: number): Route[] {
  return [
    { match: { database: { exact: "main" } }, to: target(revision) },
    { match: { database: { prefix: "o" } }, to: { v2: 1 + revision, v3: CHANGES } },
  ];
}

contract(
  "rule changes and sessions",
  { services: { changing: { routes: routes(0) } } },
  (world) => {
    test("a hundred under load: new sessions follow, old ones live on, none is refused or cut, no listener changes", {
      timeout: 120_000,
    }, async () => {
      const versions = await world().proxy.listenerVersions();
      expect(Object.keys(versions).length).toBeGreaterThan(0);
      let over = false;

      // Sessions that were there before all changes; one of them in a transaction all the while.
      const old = await Promise.all(Array.from({ length: 6 }, () => openSession(world(), "changing")));
      await old[0]?.query("begin");
      let queries = 0;
      const loads = old.map(async (session) => {
        while (!over) {
          const sql = `select ${queries++}`;
          expect(await session.query(sql)).toEqual({ value: Buffer.from(sql) });
          await delay(1);
        }
      });

      // Clients that come, ask and go.
      let visits = 0;
      const visitors = ["main", "other"].map(async (database) => {
        while (!over) {
          const session = new Session(world().port("changing"), { user: "ann", database });
          expect((await session.start()).error).toBeUndefined();
          expect((await session.query("select 'here'")).error).toBeUndefined();
          await session.end();
          visits += 1;
        }
      });

      for (let revision = 1; revision <= CHANGES; revision++) {
        world().route("changing", routes(revision));
        await until(`new sessions to follow change ${revision}`, async () => {
          const session = await openSession(world(), "changing");
          session.destroy();
          return servedBy(session) === target(revision);
        });
      }
      over = true;
      await Promise.all([...loads, ...visitors]);
      expect(queries).toBeGreaterThan(500);
      expect(visits).toBeGreaterThan(100);
      expect(old.map((session) => [servedBy(session), session.isClosed])).toEqual(old.map(() => ["v1", false]));
      expect((await old[0]?.query("commit"))?.error).toBeUndefined();
      expect(await world().proxy.listenerVersions()).toEqual(versions);
    });
  },
  { protocols: [postgresql], sideBySide: true },
);

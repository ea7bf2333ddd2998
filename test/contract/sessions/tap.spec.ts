import { afterEach, expect, test } from "vitest";
import { contract, postgresql, redis, until, Watching } from "../../support/index.js";
import { connecting, openSession, servedBy } from "./sessions.support.js";

const services = { sql: { routes: [{ match: { database: { exact: "main" } }, to: "v1" as const }] } };

afterEach(() => Watching.closeAll());

contract(
  "tap of sessions",
  { services },
  (world) => {
    test("who watches sees sessions begin and end, and statements by kind and table, without their values", async () => {
      const before = await openSession(world(), "sql");
      const tap = new Watching(world().control, { service: "sql.test" });
      await tap.see(() => before.query("select 0"));
      expect(tap.records[0]).toMatchObject({ kind: "message", operation: "select", attributes: { user: "ann" } });
      const session = await openSession(world(), "sql", { user: "bob" });
      await session.query("update accounts set secret = 'hunter2'");
      session.destroy();
      await connecting(world(), "sql", { database: "nowhere" }).start();
      const found = await until("the end of the session, and the refusal", () => {
        const records = tap.records.filter(
          ({ attributes }) => attributes["user"] === "bob" || attributes["database"] === "nowhere",
        );
        return (
          records.some(({ kind }) => kind === "close") && records.some(({ status }) => status === "refused") && records
        );
      });
      expect(found.map(({ kind, operation, status }) => [kind, operation, status].join(" ")).sort()).toEqual([
        "close  closed",
        "message update sent",
        "open  opened",
        "open  refused",
      ]);
      const { v1 } = world().backends;
      expect(servedBy(session)).toBe("v1");
      const of = (kind: string) => found.find((record) => record.kind === kind && record.status !== "refused");
      expect(of("open")).toMatchObject({ backend: `127.0.0.1:${v1.port}`, attributes: { database: "main" } });
      expect(of("message")?.attributes).toEqual({ message: "query", user: "bob", database: "main", table: "accounts" });
      expect(of("close")?.requestBytes).toBeGreaterThan(40);
      expect(of("close")?.answerBytes).toBeGreaterThan(40);
      expect(JSON.stringify(tap.events)).not.toContain("hunter2");
    });
  },
  { protocols: [postgresql], lanes: ["request"] },
);

contract(
  "tap of pinned requests",
  { services: { cache: { routes: [{ to: "v1" as const }] } } },
  (world, protocol) => {
    test("who watches sees commands, and the sessions within which some of them go", async () => {
      const tap = new Watching(world().control, { service: "cache.test" });
      const caller = world().caller("cache");
      await tap.see(() => caller.call({ operation: "get", payload: "x" }));
      const socket = world().socket("cache");
      for (const operation of ["multi", "get", "exec"]) socket.write(protocol.request(0n, { operation, payload: "" }));
      const found = await until("the session", () => {
        const records = tap.records.filter(({ kind }) => kind !== "call");
        return records.some(({ kind }) => kind === "close") && records;
      });
      expect(tap.records[0]).toMatchObject({ kind: "call", operation: "get", status: "success" });
      expect(found.map(({ kind, operation }) => `${kind} ${operation}`)).toEqual(
        expect.arrayContaining(["open multi", "message multi", "message exec", "close multi"]),
      );
      expect(found.find(({ kind }) => kind === "open")?.backend).toBe(`127.0.0.1:${world().backends.v1.port}`);
    });
  },
  { protocols: [redis] },
);

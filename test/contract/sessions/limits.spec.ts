import { expect, test } from "vitest";
import { contract, head, message, postgresql, until } from "../../support/index.js";
import { connecting, openSession } from "./sessions.support.js";

const MIB = 1024 * 1024;
const services = {
  plain: { routes: [{ to: "v1" }] },
  narrow: {
    // One server: Envoy gives each of several a connection, whatever the limit.
    routes: [{ to: "v1" }],
    policy: { connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } } },
  },
};

contract(
  "limits of sessions",
  { services },
  (world) => {
    const badFrames = () => world().stat(/meltemi\.postgresql\.session\.bad_frames$/);

    test.each([
      ["a startup message of more than a server takes", () => world().protocol.declare(0n, 10_001)],
      ["bytes that are no startup message", () => Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ])("%s: the connection closes, and is counted", async (_, bytes) => {
      const before = await badFrames();
      const socket = world().socket("plain");
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.resume().write(bytes());
      await closed;
      await until("the counter", async () => (await badFrames()) === before + 1, { timeoutMs: 7_000 });
    });

    test("a message that is shorter than its own head: the session ends, others go on", async () => {
      const other = await openSession(world(), "plain");
      const session = await openSession(world(), "plain");
      const before = await badFrames();
      const bad = message("Q", "select 1\0");
      bad.writeUInt32BE(3, 1);
      session.socket.write(bad);
      await session.closed;
      await until("the counter", async () => (await badFrames()) === before + 1, { timeoutMs: 7_000 });
      expect((await other.query("select 1")).error).toBeUndefined();
    });

    test("a query that declares a gigabyte costs the proxy nothing, and passes as it comes", async () => {
      const { proxy } = world();
      const session = await openSession(world(), "plain");
      await session.query("select 1");
      const before = proxy.rss();
      const piece = Buffer.alloc(MIB, "x");
      session.socket.write(head("Q", 1024 * MIB));
      for (let i = 0; i < 100; i++) {
        if (!session.socket.write(piece)) await new Promise((resolve) => session.socket.once("drain", resolve));
      }
      expect(proxy.rss() - before).toBeLessThan(64 * MIB);
      expect(session.isClosed).toBe(false);
    });

    test("more sessions than a service's servers may have wait; past those that may wait they are told at once", async () => {
      const opened = () => world().stat(/meltemi\.postgresql\.session\.opened$/);
      const before = await opened();
      const first = await openSession(world(), "narrow");
      const second = connecting(world(), "narrow");
      const waiting = second.start();
      await until("the second to wait", async () => (await opened()) === before + 2);
      const started = Date.now();
      const third = await connecting(world(), "narrow").start();
      expect(third).toEqual({ error: "08001", value: expect.anything() });
      expect(Date.now() - started).toBeLessThan(1_500);
      await first.end();
      expect(`${(await waiting).error} ${(await waiting).value}`).toBe("undefined ");
      expect((await second.query("select 1")).error).toBeUndefined();
    });
  },
  { protocols: [postgresql] },
);

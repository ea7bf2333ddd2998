import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findEnvoy } from "../../../scripts/steps/envoy.mjs";
import { LONG, type ProxyKind, until } from "../../support/index.js";
import { type Proxied, startProxied, to } from "../proxied.js";
import { redisPrograms } from "./programs.js";
import { RedisServer } from "./server.js";

const run = promisify(execFile);
const programs = redisPrograms();
if ("missing" in programs) console.log(`skipped: Redis' peers, ${programs.missing}`);
const { cli: redisCli = "", benchmark = undefined } = "missing" in programs ? {} : programs;
if (!("missing" in programs) && benchmark === undefined) console.log("skipped: redis-benchmark, it is not on PATH");

/** So many requests of each kind redis-benchmark sends. */
const EACH = LONG ? "2000" : "500";
const PASSWORD = "olive oil";
const codec = {
  clients: {
    password: "guest",
    users: [
      { name: "app", password: "tree" },
      { name: "root", password: "top" },
    ],
  },
  server: { password: PASSWORD },
  access: {
    rules: [
      { users: ["root"], action: "allow" },
      { action: "deny", access: ["admin"] },
      { action: "deny", commands: ["flushall", "config|set"] },
      { action: "deny", access: ["write"], keyPrefixes: ["locked:"] },
    ],
  },
};

describe.skipIf("missing" in programs)("Redis", () => {
  let one: RedisServer;
  let two: RedisServer;
  let secured: RedisServer;

  beforeAll(async () => {
    [one, two, secured] = await Promise.all([RedisServer.start(), RedisServer.start(), RedisServer.start(PASSWORD)]);
    await one.direct.set("who", "one");
    await two.direct.set("two:who", "two");
  });
  afterAll(() => Promise.all([one, two, secured].map((server) => server?.close())));

  describe.each<ProxyKind>(["host", "envoy"])("through %s", (kind) => {
    if (kind === "envoy" && findEnvoy() === null) return;
    let proxied: Proxied;
    let client: Redis;
    const opened: Redis[] = [];

    beforeAll(async () => {
      const servers = { one: one.port, two: two.port };
      const key = (prefix: string) => ({ attributes: { key: { prefix } } });
      const writes = { attributes: { key: { prefix: "mirrored:" }, access: { exact: "write" } } };
      proxied = await startProxied(kind, "redis", {
        cache: {
          servers: { ...servers, closed: 1 },
          routes: [
            { name: "two", match: key("two:"), route: to("cache", "two") },
            {
              name: "mirrored",
              match: writes,
              route: to("cache", "one"),
              mirror: { host: "cache.test", subset: "two" },
            },
            { name: "nowhere", match: key("closed:"), route: to("cache", "closed") },
            { name: "one", route: to("cache", "one") },
          ],
        },
        secured: { servers: { only: secured.port }, codec },
        sharded: {
          servers: { one: one.port, two: two.port },
          trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: "shard" } } },
        },
        wrong: { servers: { only: secured.port }, codec: { server: { password: "wrong" } } },
      });
    }, 60_000);
    afterAll(() => proxied?.close());

    function connect(service = "cache", options: object = {}): Redis {
      const redis = new Redis({
        port: proxied.port(service),
        host: "127.0.0.1",
        retryStrategy: () => null,
        ...options,
      });
      redis.on("error", () => undefined);
      opened.push(redis);
      return redis;
    }

    beforeEach(() => {
      client = connect();
    });
    afterEach(() => {
      for (const redis of opened.splice(0)) redis.disconnect();
    });

    it("routes by key", async () => {
      expect(await client.get("who")).toBe("one");
      expect(await client.get("two:who")).toBe("two");
      await expect(client.get("closed:x")).rejects.toThrow(/UNAVAILABLE meltemi: /);
      expect(await client.get("who")).toBe("one");
    });

    it("keeps the order of 10,000 pipelined commands, though one server is slow", async () => {
      const pipeline = client.pipeline();
      for (let i = 0; i < 10_000; i++) pipeline.set(i % 2 ? `two:p${i}` : `p${i}`, `${i}`);
      for (let i = 0; i < 10_000; i++) {
        if (i === 1) pipeline.call("eval", "local n = 0 for i = 1, 3000000 do n = n + i end return n", "1", "two:slow");
        pipeline.get(i % 2 ? `two:p${i}` : `p${i}`);
      }
      const answers = (await pipeline.exec()) ?? [];
      expect(answers.filter(([error]) => error)).toEqual([]);
      const values = answers.slice(10_000).map(([, value]) => value);
      values.splice(1, 1);
      expect(values).toEqual(Array.from({ length: 10_000 }, (_, i) => `${i}`));
    }, 60_000);

    it("carries binary keys and large values", async () => {
      const key = randomBytes(200);
      const value = randomBytes(5 * 1024 * 1024);
      await client.set(key, value);
      expect((await client.getBuffer(key))?.equals(value)).toBe(true);
      await client.del(key);
    });

    it("keeps transactions together, and watches", async () => {
      const results = await client.multi().set("t", "1").incr("t").get("t").exec();
      expect(results?.map(([, value]) => value)).toEqual(["OK", 2, "2"]);
      await client.watch("t");
      await connect().set("t", "9");
      expect(await client.multi().incr("t").exec()).toBeNull();
      await client.watch("t");
      await client.unwatch();
      expect(await client.get("two:who")).toBe("two");
      await expect(client.call("exec")).rejects.toThrow("EXEC without MULTI");
    });

    it("publishes and subscribes, and routes again afterwards", async () => {
      const messages: string[] = [];
      const listener = connect();
      listener.on("message", (channel, message) => messages.push(`${channel} ${message}`));
      listener.on("pmessage", (pattern, channel, message) => messages.push(`${pattern} ${channel} ${message}`));
      expect(await listener.subscribe("news", "sport")).toBe(2);
      expect(await listener.psubscribe("w*")).toBe(3);
      await client.publish("news", "a");
      await client.publish("weather", "b");
      await until("the messages to come", () => messages.length === 2);
      expect(messages).toEqual(["news a", "w* weather b"]);
      // ioredis takes no other order: it waits until nothing at all is left.
      await listener.punsubscribe("w*");
      await listener.unsubscribe();
      expect(await listener.get("two:who")).toBe("two");
    });

    it("waits where a command blocks, and lets the server go with its client", async () => {
      const waiting = client.blpop("queue", 10);
      const other = connect();
      await until("the client to wait", async () => /blocked_clients:1/.test((await one.direct.info("clients")) ?? ""));
      await other.rpush("queue", "x");
      expect(await waiting).toEqual(["queue", "x"]);
      expect(await client.get("two:who")).toBe("two");
      client.blpop("queue", 0).catch(() => undefined);
      await until("the client to wait", async () => /blocked_clients:1/.test((await one.direct.info("clients")) ?? ""));
      client.disconnect();
      await until("it to be gone", async () => /blocked_clients:0/.test((await one.direct.info("clients")) ?? ""));
    });

    it("keeps every client in its own database", async () => {
      const third = connect("cache", { db: 3 });
      await Promise.all([third.set("d", "three"), client.set("d", "zero")]);
      expect(await Promise.all([third.get("d"), client.get("d"), third.get("d")])).toEqual(["three", "zero", "three"]);
      expect((await third.multi().get("d").exec())?.[0]?.[1]).toBe("three");
      await expect(client.select(99)).rejects.toThrow("DB index is out of range");
      await client.select(3);
      expect(await client.get("d")).toBe("three");
    });

    it("speaks RESP3 with those who ask for it", async () => {
      const redis = createClient({ url: `redis://127.0.0.1:${proxied.port("cache")}`, RESP: 3 });
      redis.on("error", () => undefined);
      await redis.connect();
      try {
        await redis.hSet("h", { a: "1", b: "2" });
        expect(await redis.sendCommand(["HGETALL", "h"])).toEqual({ a: "1", b: "2" });
        expect(await client.call("hgetall", "h")).toEqual({ a: "1", b: "2" });
        const heard: string[] = [];
        const listener = redis.duplicate();
        await listener.connect();
        await listener.subscribe("three", (message) => heard.push(message));
        await redis.publish("three", "x");
        await until("the message to come", () => heard.length === 1);
        await listener.unsubscribe("three");
        expect(await listener.get("two:who")).toBe("two");
        listener.destroy();
      } finally {
        redis.destroy();
      }
    });

    it("shows a monitor what the server does", async () => {
      const monitor = await connect().monitor();
      const seen: string[][] = [];
      monitor.on("monitor", (_time: string, args: string[]) => seen.push(args));
      await client.get("who");
      await until("the monitor to see it", () => seen.some((args) => args.join(" ") === "get who"));
      monitor.disconnect();
    });

    it("mirrors writes only", async () => {
      await client.set("mirrored:a", "1");
      await until("the copy to come", async () => (await two.direct.get("mirrored:a")) === "1");
      const before = Number(/cmdstat_get:calls=(\d+)/.exec((await two.direct.info("commandstats")) ?? "")?.[1] ?? 0);
      expect(await client.get("mirrored:a")).toBe("1");
      const after = Number(/cmdstat_get:calls=(\d+)/.exec((await two.direct.info("commandstats")) ?? "")?.[1] ?? 0);
      expect(after).toBe(before);
    });

    it("asks clients who they are, and tells servers who it is", async () => {
      await expect(connect("secured", { enableReadyCheck: false }).get("x")).rejects.toThrow("NOAUTH");
      await expect(connect("secured", { password: "wrong" }).get("x")).rejects.toThrow();
      const guest = connect("secured", { password: "guest" });
      expect(await guest.set("x", "1")).toBe("OK");
      expect(await connect("secured", { username: "app", password: "tree" }).get("x")).toBe("1");
      const listener = connect("secured", { password: "guest" });
      expect(await listener.subscribe("c")).toBe(1);
      await expect(connect("wrong", { enableReadyCheck: false }).get("x")).rejects.toThrow(/UNAVAILABLE meltemi/);
    });

    it("refuses what rules deny, within transactions too", async () => {
      const guest = connect("secured", { password: "guest" });
      const denied = /NOPERM User default has no permissions to run the '.*' command/;
      await expect(guest.flushall()).rejects.toThrow(denied);
      await expect(guest.config("SET", "maxmemory", "1")).rejects.toThrow(denied);
      await expect(guest.set("locked:a", "1")).rejects.toThrow(denied);
      await expect(guest.mset("a", "1", "locked:a", "1")).rejects.toThrow(denied);
      expect(await guest.get("locked:a")).toBeNull();
      await guest.call("multi");
      await guest.set("open", "1");
      await expect(guest.set("locked:a", "1")).rejects.toThrow(denied);
      await expect(guest.call("exec")).rejects.toThrow("EXECABORT");
      expect(await guest.get("open")).toBeNull();
      const root = connect("secured", { username: "root", password: "top" });
      expect(await root.set("locked:a", "1")).toBe("OK");
      await root.del("locked:a");
    });

    it("takes commands over several keys apart where servers hold different ones", async () => {
      const sharded = connect("sharded");
      const keys = Array.from({ length: 40 }, (_, i) => `s:${i}`);
      expect(await sharded.mset(keys.flatMap((key) => [key, `v ${key}`]))).toBe("OK");
      const held = await Promise.all([one, two].map(({ direct }) => direct.exists(...keys)));
      expect(Math.min(...held)).toBeGreaterThan(0);
      expect(held.reduce((sum, count) => sum + count)).toBe(40);
      expect(await sharded.mget("s:3", "no", ...keys)).toEqual(["v s:3", null, ...keys.map((key) => `v ${key}`)]);
      await expect(sharded.rename("s:1", "other")).rejects.toThrow("CROSSSLOT");
      expect(await sharded.rename("{s:1}", "{s:1}b").catch((error) => String(error))).toContain("no such key");
      expect(await sharded.exists(...keys, "no")).toBe(40);
      expect(await sharded.del(...keys, "no")).toBe(40);
    });

    it("takes redis-cli, inline commands and QUIT", async () => {
      const cli = async (...args: string[]) =>
        (await run(redisCli, ["-p", `${proxied.port("cache")}`, ...args])).stdout.trim();
      expect(await cli("get", "two:who")).toBe("two");
      expect(await cli("-3", "hello")).toContain("proto");
      expect(await cli("--no-raw", "command", "count")).toMatch(/integer/);
    });

    it.runIf(benchmark).each(["1", "16"])(
      "bears all of redis-benchmark, %s in a pipeline",
      async (depth) => {
        const args = ["-p", `${proxied.port("cache")}`, "-q", "-n", EACH, "-P", depth];
        const { stdout, stderr } = await run(benchmark ?? "", args, { timeout: 100_000 });
        expect(stdout + stderr).not.toMatch(/error|could not/i);
        expect(stdout).toMatch(/MSET \(10 keys\): .* requests per second/);
      },
      120_000,
    );

    it("says how often which command came, and which errors", async () => {
      await expect(client.lpush("who", "x")).rejects.toThrow("WRONGTYPE");
      const name = "wasmcustom.meltemi.redis.commands.get";
      const before = (await proxied.proxy.stats()).get(name) ?? 0;
      for (let i = 0; i < 10; i++) await client.get("who");
      const stats = await proxied.proxy.stats();
      expect(stats.get(name)).toBe(before + 10);
      expect(stats.get("wasmcustom.meltemi.redis.errors.WRONGTYPE")).toBeGreaterThan(0);
      expect(stats.get("wasmcustom.meltemi.redis.ingress.bad_frames") ?? 0).toBe(0);
    });
  });
});

import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findEnvoy } from "../../../scripts/steps/envoy.mjs";
import { type ProxyKind, until } from "../../support/index.js";
import { type Proxied, startProxied } from "../proxied.js";
import { redisPrograms } from "./programs.js";
import { RedisServer } from "./server.js";

const programs = redisPrograms();
if ("missing" in programs) console.log(`skipped: RedisService and RedisDestination, ${programs.missing}`);

const AERAKI = "redis.aeraki.io/v1alpha1";
const metadata = (name: string) => ({ name, namespace: "test" });

/** Aeraki's rules for the commands to a service. */
const redisService = (name: string, spec: object) => ({
  apiVersion: AERAKI,
  kind: "RedisService",
  metadata: metadata(name),
  spec: { host: [`${name}.test`], ...spec },
});

const PASSWORD = "olive oil";

const RULES = [
  redisService("front", {
    settings: { caseInsensitive: true, opTimeout: "2s" },
    redis: [
      { route: { host: "one.test" } },
      { match: { key: { prefix: "t" } }, route: { host: "one.test" } },
      { match: { key: { prefix: "two:", removePrefix: true } }, route: { host: "two.test" } },
      {
        match: { key: { prefix: "copied:" } },
        route: { host: "one.test" },
        mirror: [
          { route: { host: "two.test" }, excludeReadCommands: true },
          { route: { host: "three.test" }, percentage: { value: 100 } },
        ],
      },
    ],
  }),
  redisService("faulty", {
    redis: [{ route: { host: "one.test" } }],
    faults: [
      { type: "ERROR", percentage: { value: 100 }, commands: ["GET"] },
      { type: "DELAY", percentage: { value: 100 }, delay: "300ms", commands: ["SET"] },
    ],
  }),
  redisService("slow", {
    settings: { opTimeout: "100ms" },
    faults: [{ type: "DELAY", percentage: { value: 100 }, delay: "10ms", commands: ["GET"] }],
  }),
  redisService("sharded", {}),
  redisService("split", {
    faults: [
      { type: "ERROR", percentage: { value: 100 }, commands: ["MGET"] },
      { type: "ERROR", percentage: { value: 50 }, commands: ["MSET"] },
    ],
  }),
  redisService("secured", { settings: { auth: { plain: { username: "app", password: "tree" } } } }),
  {
    apiVersion: AERAKI,
    kind: "RedisDestination",
    metadata: metadata("secured"),
    spec: {
      host: "secured.test",
      trafficPolicy: { connectionPool: { redis: { auth: { secret: { name: "server" } } } } },
    },
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata("server"),
    data: { token: Buffer.from(`${PASSWORD}\n`).toString("base64") },
  },
];

describe.skipIf("missing" in programs)("RedisService and RedisDestination", () => {
  let servers: RedisServer[] = [];
  beforeAll(async () => {
    servers = await Promise.all([
      RedisServer.start(),
      RedisServer.start(),
      RedisServer.start(),
      RedisServer.start(PASSWORD),
    ]);
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  describe.each<ProxyKind>(["host", "envoy"])("through %s", (kind) => {
    if (kind === "envoy" && findEnvoy() === null) return;
    let proxied: Proxied;
    let [one, two, three]: RedisServer[] = [];
    const opened: Redis[] = [];

    beforeAll(async () => {
      [one, two, three] = servers;
      const ports = servers.map(({ port }) => port);
      const [first = 0, second = 0, third = 0, secured = 0] = ports;
      proxied = await startProxied(
        kind,
        "redis",
        {
          front: { servers: { only: first } },
          faulty: { servers: { only: first } },
          slow: { servers: { only: first } },
          sharded: { servers: { a: first, b: second } },
          split: { servers: { a: first, b: second } },
          one: { servers: { only: first } },
          two: { servers: { only: second } },
          three: { servers: { only: third } },
          secured: { servers: { only: secured } },
        },
        RULES,
      );
    }, 60_000);
    afterAll(() => proxied?.close());
    afterEach(async () => {
      for (const redis of opened.splice(0)) redis.disconnect();
      await Promise.all(servers.map(({ direct }) => direct.flushall()));
    });

    function connect(service: string, options: object = {}): Redis {
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

    it("routes by the longest prefix in any case, and takes it off the key where it is to", async () => {
      const front = connect("front");
      await front.set("two:a", "1");
      await front.set("TWO:b", "2");
      await front.set("tw:c", "3");
      await front.set("d", "4");
      expect(await two?.direct.mget("a", "b")).toEqual(["1", "2"]);
      expect(await two?.direct.dbsize()).toBe(2);
      expect(await one?.direct.mget("tw:c", "d")).toEqual(["3", "4"]);
      expect(await front.get("Two:a")).toBe("1");
    });

    it("takes commands over keys of several servers apart", async () => {
      const front = connect("front");
      expect(await front.mset("two:a", "1", "two:b", "2", "c", "3")).toBe("OK");
      expect(await two?.direct.mget("a", "b")).toEqual(["1", "2"]);
      expect(await one?.direct.get("c")).toBe("3");
      expect(await front.mget("c", "two:b", "two:a", "a")).toEqual(["3", "2", "1", null]);
      expect(await front.del("c", "two:a", "two:no")).toBe(2);
      await expect(front.rename("two:b", "two:c")).rejects.toThrow("CROSSSLOT");
    });

    it("leaves the rest of a key as it is, whatever its bytes are", async () => {
      const front = connect("front");
      const rest = ["", " blank ", "\r\n", "50%", "%0D", "ключ", "\u0001x%"];
      const prefixed = rest.map((key) => `two:${key}`);
      for (const key of prefixed) await front.set(key, key);
      expect((await two?.direct.keys("*"))?.sort()).toEqual([...rest].sort());
      for (const key of prefixed) expect(await front.get(key)).toBe(key);
    });

    it("copies all commands to one mirror, and those that write to the other", async () => {
      const front = connect("front");
      const reads = async (server: RedisServer | undefined) =>
        Number(/cmdstat_get:calls=(\d+)/.exec((await server?.direct.info("commandstats")) ?? "")?.[1] ?? 0);
      await front.set("copied:a", "1");
      const arrived = async () => [await two?.direct.exists("copied:a"), await three?.direct.exists("copied:a")];
      await until("both copies to come", async () => (await arrived()).join() === "1,1");
      const before = { two: await reads(two), three: await reads(three) };
      expect(await front.get("copied:a")).toBe("1");
      await until("the copy of the read to come", async () => (await reads(three)) === before.three + 1);
      expect(await reads(two)).toBe(before.two);
    });

    it("answers with errors and delays commands, each as its fault says", async () => {
      const faulty = connect("faulty");
      await expect(faulty.get("a")).rejects.toThrow("ERR an injected fault");
      const start = performance.now();
      expect(await faulty.set("a", "1")).toBe("OK");
      expect(performance.now() - start).toBeGreaterThan(295);
      expect(await faulty.strlen("a")).toBe(1);
    });

    it("gives up on a server after opTimeout", async () => {
      const slow = connect("slow");
      expect(await slow.get("a")).toBeNull();
      await one?.direct.call("client", "pause", "400", "all");
      await expect(slow.get("a")).rejects.toThrow("TIMEOUT meltemi: the backend did not answer in time");
      await until("the server to go on", async () => (await one?.direct.ping()) === "PONG");
    });

    it("chooses among a service's servers by key", async () => {
      const sharded = connect("sharded");
      const keys = Array.from({ length: 40 }, (_, index) => `s:${index}`);
      expect(await sharded.mset(keys.flatMap((key) => [key, key]))).toBe("OK");
      const held = [await one?.direct.dbsize(), await two?.direct.dbsize()];
      expect(Math.min(...held.map(Number))).toBeGreaterThan(0);
      expect(await sharded.mget(...keys)).toEqual(keys);
    });

    it("strikes commands that it takes apart as one", async () => {
      const split = connect("split");
      await expect(split.mget("a", "b", "c")).rejects.toThrow("ERR an injected fault");
      expect(await split.get("a")).toBeNull();
      const keys = Array.from({ length: 8 }, (_, index) => `k:${index}`);
      let struck = 0;
      for (let i = 0; i < 100; i++) {
        const words = await split.mset(keys.flatMap((key) => [key, key])).catch((error: Error) => error.message);
        const held = await Promise.all(servers.slice(0, 2).map(({ direct }) => direct.dbsize()));
        expect(held.reduce((sum, count) => sum + count, 0)).toBe(words === "OK" ? keys.length : 0);
        if (words !== "OK") struck++;
        await Promise.all(servers.slice(0, 2).map(({ direct }) => direct.flushall()));
      }
      expect(struck).toBeGreaterThan(22);
      expect(struck).toBeLessThan(78);
    });

    it("answers MGET over servers as one server does, a key of another type as null", async () => {
      const sharded = connect("sharded");
      const keys = Array.from({ length: 20 }, (_, index) => `m:${index}`);
      for (const key of keys.slice(0, 10)) await sharded.set(key, key);
      for (const key of keys.slice(10)) await sharded.rpush(key, key);
      expect(await sharded.mget(...keys, "none")).toEqual([...keys.slice(0, 10), ...Array(11).fill(null)]);
    });

    it("asks clients who they are, and tells servers who it is, as a Secret says", async () => {
      await expect(connect("secured", { enableReadyCheck: false }).get("x")).rejects.toThrow("NOAUTH");
      const wrong = { username: "app", password: "wrong", enableReadyCheck: false };
      await expect(connect("secured", wrong).get("x")).rejects.toThrow();
      const app = connect("secured", { username: "app", password: "tree" });
      expect(await app.set("x", "1")).toBe("OK");
      expect(await app.multi().get("x").exec()).toEqual([[null, "1"]]);
    });
  });
});

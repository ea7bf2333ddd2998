import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findEnvoy } from "../../../scripts/steps/envoy.mjs";
import { type ProxyKind, until } from "../../support/index.js";
import { type Proxied, startProxied, to } from "../proxied.js";
import { redisPrograms } from "./programs.js";
import { RedisServer } from "./server.js";

const programs = redisPrograms();
if ("missing" in programs) console.log(`skipped: node-redis, ${programs.missing}`);

describe.skipIf("missing" in programs)("node-redis", () => {
  let one: RedisServer;
  let two: RedisServer;
  beforeAll(async () => {
    [one, two] = await Promise.all([RedisServer.start(), RedisServer.start()]);
    await one.direct.set("who", "one");
    await two.direct.set("two:who", "two");
  });
  afterAll(() => Promise.all([one, two].map((server) => server?.close())));

  describe.each<ProxyKind>(["host", "envoy"])("through %s", (kind) => {
    if (kind === "envoy" && findEnvoy() === null) return;
    let proxied: Proxied;
    const opened: ReturnType<typeof connecting>[] = [];

    beforeAll(async () => {
      proxied = await startProxied(kind, "redis", {
        cache: {
          servers: { one: one.port, two: two.port },
          routes: [
            { name: "two", match: { attributes: { key: { prefix: "two:" } } }, route: to("cache", "two") },
            { name: "one", route: to("cache", "one") },
          ],
        },
        strict: { servers: { only: one.port }, codec: { unknownCommands: "refuse" } },
        dead: { servers: { closed: 1 } },
      });
    }, 60_000);
    afterAll(() => proxied?.close());
    afterEach(() => {
      for (const client of opened.splice(0)) client.destroy();
    });

    function connecting(service: string, RESP: 2 | 3) {
      const url = `redis://127.0.0.1:${proxied.port(service)}`;
      return createClient({ url, RESP, socket: { reconnectStrategy: false } });
    }

    async function connect(service = "cache", resp: 2 | 3 = 2) {
      const client = connecting(service, resp);
      client.on("error", () => undefined);
      opened.push(client);
      await client.connect();
      return client;
    }

    const stat = async (name: string) => (await proxied.proxy.stats()).get(`wasmcustom.meltemi.redis.${name}`) ?? 0;

    describe.each([2, 3] as const)("in RESP%d", (resp) => {
      it("has the answers to many commands in their order, from two servers", async () => {
        const client = await connect("cache", resp);
        const keys = Array.from({ length: 300 }, (_, index) => `${index % 3 ? "" : "two:"}n${index}`);
        await Promise.all(keys.map((key) => client.set(key, `of ${key}`)));
        const values = await Promise.all(keys.map((key) => client.get(key)));
        expect(values).toEqual(keys.map((key) => `of ${key}`));
      });

      it("is free again after a transaction, a watch that failed, and a command that blocks", async () => {
        const client = await connect("cache", resp);
        const other = await connect("cache", resp);
        expect(await client.multi().set("t", "1").incr("t").exec()).toEqual(["OK", 2]);
        expect(await client.get("two:who")).toBe("two");
        await client.watch("t");
        await other.set("t", "9");
        await expect(client.multi().incr("t").exec()).rejects.toThrow(/watched keys/i);
        expect(await client.get("two:who")).toBe("two");
        const waiting = client.blPop("queue", 10);
        await other.rPush("queue", "x");
        expect(await waiting).toEqual({ key: "queue", element: "x" });
        expect(await client.get("two:who")).toBe("two");
      });

      it("keeps its database within a transaction and after it", async () => {
        const client = await connect("cache", resp);
        const other = await connect("cache", resp);
        await client.select(2);
        await Promise.all([client.set("d", "two"), other.set("d", "zero")]);
        expect(await client.multi().get("d").exec()).toEqual(["two"]);
        expect(await Promise.all([client.get("d"), other.get("d")])).toEqual(["two", "zero"]);
      });

      it("sees what a server does, until RESET: then it is routed again", async () => {
        const client = await connect("cache", resp);
        const other = await connect("cache", resp);
        const seen: string[] = [];
        await client.monitor((line) => seen.push(`${line}`));
        await other.get("who");
        await until("the monitor to see it", () => seen.some((line) => line.includes('"who"')));
        await client.reset();
        expect(await client.get("two:who")).toBe("two");
        expect(await client.get("who")).toBe("one");
      });
    });

    it("has PING answered by the proxy, whatever becomes of servers", async () => {
      const client = await connect("dead");
      expect(await client.ping()).toBe("PONG");
      expect(await client.ping("still there")).toBe("still there");
      await expect(client.get("x")).rejects.toThrow("UNAVAILABLE meltemi: ");
    });

    it("has commands that are not known passed on or refused, and both are counted", async () => {
      const [passed, refused] = [await stat("commands.other"), await stat("refused")];
      const client = await connect();
      await expect(client.sendCommand(["NEVER.HEARD", "who"])).rejects.toThrow(/unknown command/i);
      expect([await stat("commands.other"), await stat("refused")]).toEqual([passed + 1, refused]);
      const strict = await connect("strict");
      await expect(strict.sendCommand(["NEVER.HEARD", "who"])).rejects.toThrow("ERR unknown command 'never.heard'");
      expect(await strict.get("who")).toBe("one");
      await expect(strict.multi().addCommand(["NEVER.HEARD", "who"]).exec()).rejects.toThrow();
      expect(await strict.get("who")).toBe("one");
      expect([await stat("commands.other"), await stat("refused")]).toEqual([passed + 1, refused + 2]);
    });
  });
});

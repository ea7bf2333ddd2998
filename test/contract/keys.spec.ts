import { expect, test } from "vitest";
import { type Attributes, contract, LONG, type Message, type Route, redis, until } from "../support/index.js";

const CHANGES = LONG ? 100 : 40;
const services = {
  match: {
    routes: [
      { match: { key: { exact: "cart" } }, to: "v1" },
      { match: { key: { prefix: "user:" }, access: { exact: "write" } }, to: "v2" },
      { match: { key: { regex: "[0-9a-f]{4}:x" } }, to: "v3" },
      { match: { command: { exact: "object" }, subcommand: { exact: "freq" } }, to: "v1" },
      { match: { shard: { exact: "tag" } }, to: "v2" },
      { match: { key: { exact: "ключ" } }, to: "v3" },
      { match: { key: { prefix: "100%/:" } }, to: "v1" },
      { match: { database: { exact: "3" } }, to: "v2" },
    ],
  },
  pass: { routes: [{ match: { command: { exact: "set" } }, to: "v1" }] },
  move: {
    routes: [
      { match: { key: { regex: "(old|new):.*" } }, to: "v1", request: [["key", "new:1"]] as Attributes },
      { match: { key: { regex: "cut:.*|1" } }, to: "v1", request: [["key", "1"]] as Attributes },
      { match: { key: { prefix: "late:" } }, to: "v1", request: [["command", "del"]] as Attributes },
      { to: "v2" },
    ],
  },
};

const keyed = (key: string): Attributes => [["key", key]];
const only = (messages: readonly Message[]): string => messages.map(({ raw }) => raw.toString()).join("");
const command = (operation: string, key: string, payload: string, ...more: Attributes): string =>
  redis.request(0n, { operation, attributes: [["key", key], ...more], payload }).toString();

contract(
  "keys",
  { services },
  (world) => {
    const routed: [string, string, string][] = [
      ["set", "cart", "v1"],
      ["SET", "user:7", "v2"],
      ["get", "0af9:x", "v3"],
      ["set", "{tag}:5", "v2"],
      ["set", "ключ", "v3"],
      ["set", "100%/: x", "v1"],
    ];
    test.each(routed)("%s %s is routed by what rules say of it", async (operation, key, backend) => {
      const answer = await world()
        .caller("match")
        .call({ operation, attributes: keyed(key), payload: "x" });
      expect(answer.error).toBeUndefined();
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0, [backend]: 1 });
    });

    test("subcommand and database are attributes too", async () => {
      const caller = world().caller("match");
      await caller.call({ operation: "OBJECT", attributes: keyed("FREQ"), payload: "any" });
      expect(world().counts()).toEqual({ v1: 1, v2: 0, v3: 0 });
      const socket = world().socket("match");
      const got: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => got.push(chunk));
      const set = command("set", "any", "x");
      socket.write(`select 3\r\n${set}select 0\r\n${set}`);
      const answers = await until("four answers", () => {
        const found = world().protocol.answers(Buffer.concat(got));
        return found.length === 4 && found;
      });
      expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined, "no-route"]);
      expect(world().counts()).toEqual({ v1: 1, v2: 1, v3: 0 });
    });

    const refused: [string, string][] = [
      ["set", "Cart"],
      ["get", "user:7"],
      ["set", "z0af9:x"],
      ["set", "tag"],
      ["object", "encoding"],
    ];
    test.each(refused)("%s %s is of no rule", async (operation, key) => {
      const answer = await world()
        .caller("match")
        .call({ operation, attributes: key === "tag" ? keyed("a{tagg}") : keyed(key), payload: "x" });
      expect(answer.error).toBe("no-route");
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0 });
    });

    const hostile: [string, string][] = [
      ["nothing", ""],
      ["blanks", "  "],
      ["a path", "/../x?y=%2f#z"],
      ["a pseudo header", ":path"],
      ["lines of HTTP", "x\r\nhost: evil\r\n\r\n"],
      ["lines of Redis", "\r\n*1\r\n$8\r\nFLUSHALL\r\n"],
      ["zero bytes and others", "\0\u0001\u007f"],
      ["percent signs", "%00%zz%"],
      ["letters of the world", "ключ 名前 😀"],
      ["1,000 bytes", "k".repeat(1_000)],
      ["20,000 bytes", "k".repeat(20_000)],
      ["100,000 bytes", "é".repeat(50_000)],
    ];
    test.each(hostile)("keys of %s are routed on and arrive byte for byte", async (_, key) => {
      const caller = world().caller("pass");
      const call = { attributes: keyed(key), payload: "served" };
      const answer = await caller.call(call);
      expect([answer.error, answer.payload.toString()]).toEqual([undefined, "served"]);
      expect(only(world().backends.v1.messages)).toBe(command("set", key, "served"));
      expect((await caller.call({ payload: "on" })).payload.toString()).toBe("on");
    });

    test("a change of the key arrives, and all else of the command is as it was", async () => {
      const caller = world().caller("move");
      await caller.call({ operation: "SeT", attributes: [...keyed("old:1"), ["EX", "10"]], payload: "v\r\n" });
      expect(only(world().backends.v1.messages)).toBe(command("SeT", "new:1", "v\r\n", ["EX", "10"]));
    });

    test("a change of the key's beginning is made to all keys of a command", async () => {
      const caller = world().caller("move");
      await caller.call({ operation: "mset", attributes: [...keyed("cut:1"), ["cut:2", "cut:3"]], payload: "cut:0" });
      expect(only(world().backends.v1.messages)).toBe(command("mset", "1", "cut:0", ["2", "cut:3"]));
    });

    test("changes that cannot be made leave the command as it was", async () => {
      const caller = world().caller("move");
      await caller.call({ operation: "mset", attributes: [...keyed("cut:1"), ["other", "x"]], payload: "x" });
      await caller.call({ operation: "get", attributes: keyed("late:1"), payload: "x" });
      expect(only(world().backends.v1.messages)).toBe(
        command("mset", "cut:1", "x", ["other", "x"]) + command("get", "late:1", "x"),
      );
    });
  },
  { protocols: [redis] },
);

function routes(revision: number): Route[] {
  return [{ match: { key: { exact: `revision ${revision}` } }, to: "v2" }, { to: { v1: 1 + (revision % 50), v3: 50 } }];
}

contract(
  "rule changes by key",
  { services: { changing: { routes: routes(0) } } },
  (world) => {
    test("many under load: no command fails, no listener changes, no connection is cut", {
      timeout: 90_000,
    }, async () => {
      const before = await world().proxy.listenerVersions();
      const callers = Array.from({ length: 6 }, () => world().caller("changing"));
      let stop = false;
      let calls = 0;
      const loads = callers.map(async (caller) => {
        while (!stop) {
          const payloads = Array.from({ length: 5 }, (_, index) => `${calls + index}`);
          const answers = await Promise.all(payloads.map((payload) => caller.call({ payload })));
          expect(answers.map(({ error, payload }) => error ?? `${payload}`)).toEqual(payloads);
          calls += payloads.length;
        }
      });
      const probe = world().caller("changing");
      for (let revision = 1; revision <= CHANGES; revision++) {
        world().route("changing", routes(revision));
        await until(`revision ${revision}`, async () => {
          const { attributes } = await probe.call({ attributes: keyed(`revision ${revision}`) });
          return attributes.some(([, value]) => value === "v2");
        });
      }
      stop = true;
      await Promise.all(loads);
      expect(calls).toBeGreaterThan(500);
      expect(callers.map(({ opened }) => opened)).toEqual(callers.map(() => 1));
      expect(await world().proxy.listenerVersions()).toEqual(before);
    });
  },
  { protocols: [redis] },
);

import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contract, encodeLined, type Lined, type LinedClient, lined, until } from "../support/index.js";

const spec = {
  services: {
    plain: {},
    chosen: {
      routes: [
        { match: { key: { prefix: "v1" } }, to: "v1" },
        { match: { key: { prefix: "v2" } }, to: "v2" },
      ],
    },
    one: { routes: [{ to: "v1" }] },
  },
  modules: fileURLToPath(new URL("../../build/test-wasm", import.meta.url)),
};

const texts = (answers: readonly Lined[]): string[] => answers.map(([, text]) => text);

contract(
  "a protocol without ids, answered in order",
  spec,
  (world) => {
    const client = (service: string): LinedClient => world().caller(service, 20_000) as LinedClient;

    test("callers share one backend connection, and each has its own answers in its own order", async () => {
      world().backends.v1.latency = () => (Math.random() < 0.05 ? 2 : 0);
      const all = Array.from({ length: 20 }, async (_, caller) => {
        const mine = client("one");
        for (let round = 0; round < 3; round++) {
          const frames = Array.from({ length: 10 }, (_, i): Lined => ["g", `${caller}/${round}/${i}`]);
          expect(texts(await mine.batch(...frames))).toEqual(texts(frames));
        }
      });
      await Promise.all(all);
      expect(new Set(world().backends.v1.messages.map(({ connection }) => connection)).size).toBe(1);
    });

    test("the proxy's own answers are in their places", async () => {
      world().backends.v1.latency = () => 20;
      const frames: Lined[] = [
        ["l", "first"],
        ["g", "1"],
        ["l", "mine"],
        ["p", ""],
        ["g", "2"],
        ["l", "last"],
      ];
      expect(texts(await client("one").batch(...frames))).toEqual(["first", "1", "mine", "", "2", "last"]);
    });

    test("each request finds the shared connection in its client's state", async () => {
      const [a, b] = [client("one"), client("one")];
      await Promise.all([a.batch(["s", "1"]), b.batch(["s", "2"])]);
      for (let i = 0; i < 20; i++) await Promise.all([a.batch(["g", "1"]), b.batch(["g", "2"])]);
      for (const { attributes, payload } of world().backends.v1.messages) {
        expect(attributes).toEqual([["state", payload.toString()]]);
      }
    });

    test("answers may go to servers of any speed", async () => {
      world().backends.v1.latency = () => 30;
      const frames: Lined[] = Array.from({ length: 40 }, (_, i) => ["g", `v${(i % 2) + 1}/${i}`]);
      expect(texts(await client("chosen").batch(...frames))).toEqual(texts(frames));
      expect(world().counts()).toEqual({ v1: 20, v2: 20, v3: 0 });
    });

    test("a client's requests reach their server in order, whatever their size, on a cold connection too", async () => {
      for (let round = 0; round < 5; round++) {
        world().backends.v1.kill();
        await until("the backend to be without connections", () => world().backends.v1.connections === 0);
        world().backends.v1.messages.length = 0;
        const frames: Lined[] = Array.from({ length: 12 }, (_, i) => ["g", `${i}.`.padEnd(i % 3 === 0 ? 300_000 : 9)]);
        await client("one").batch(...frames);
        expect(world().backends.v1.messages.map(({ payload }) => parseInt(`${payload}`, 10))).toEqual([
          ...frames.keys(),
        ]);
      }
    });

    test("a client may run ahead of its answers as far as it likes", async () => {
      const frames: Lined[] = Array.from({ length: 5_000 }, (_, i) => [i % 3 === 0 ? "l" : "g", `${i}.`.padEnd(200)]);
      expect(texts(await client("one").batch(...frames))).toEqual(texts(frames));
    });

    test("a client that runs ahead of an answer that never comes costs less than 64 MB", async () => {
      const { proxy, backends } = world();
      backends.v1.silent = true;
      const socket = world().socket("one");
      socket.write(encodeLined(["g", "never"]));
      await until("the request to come", () => backends.v1.messages.length === 1);
      const before = proxy.rss();
      const local = encodeLined(...Array.from({ length: 10_000 }, (): Lined => ["l", "x".repeat(20)]));
      for (let i = 0; i < 400; i++) socket.write(local);
      let most = 0;
      for (let i = 0; i < 30; i++) {
        await delay(100);
        most = Math.max(most, proxy.rss() - before);
      }
      socket.destroy();
      backends.v1.kill(); // its connection would wait for that answer
      await until("the backend to be without connections", () => backends.v1.connections === 0);
      backends.v1.silent = false;
      expect(most).toBeLessThan(64 * 1024 * 1024);
      expect(texts(await client("one").batch(["g", "others"]))).toEqual(["others"]);
    });

    test("a client's last word is answered, and its connection closes", async () => {
      world().backends.v1.latency = () => 20;
      const mine = client("one");
      expect(texts(await mine.batch(["g", "1"], ["q", "bye"]))).toEqual(["1", "bye"]);
      await mine.closed;
    });

    test("a session has a server's connection of its own, between requests that have none", async () => {
      world().backends.v1.latency = () => 5;
      const mine = client("one");
      const frames: Lined[] = [
        ["g", "before"],
        ["b", "begin"],
        ["g", "within"],
        ["d", "secret"],
        ["e", "end"],
      ];
      for (let round = 0; round < 3; round++) {
        expect(texts(await mine.batch(...frames))).toEqual(["before", "begin", "within", "key", "end"]);
        expect(texts(await mine.batch(["g", "after"]))).toEqual(["after"]);
      }
      const connections = (text: string) =>
        world().backends.v1.messages.flatMap(({ payload, connection }) => (`${payload}` === text ? [connection] : []));
      expect(new Set([...connections("before"), ...connections("after")]).size).toBe(1);
      expect(new Set(connections("begin")).size).toBe(3);
      expect(connections("within")).toEqual(connections("begin"));
      expect(connections("end")).toEqual(connections("begin"));
    });

    test("a session's connection ends without a word from its client", async () => {
      await client("one").batch(["g", "warm"]);
      const before = world().backends.v1.connections;
      await client("one").batch(["b", ""], ["e", ""]);
      await until("the session's connection to end", () => world().backends.v1.connections === before);
    });

    test("rules choose a session's server, by the request that begins it", async () => {
      for (const version of ["v1", "v2"]) await client("chosen").batch(["b", version], ["g", "any"], ["e", ""]);
      expect(world().counts()).toEqual({ v1: 3, v2: 3, v3: 0 });
    });

    test("a session that no rule takes is answered so, and the client goes on", async () => {
      const answers = await client("chosen").batch(["b", "nowhere"], ["g", "v1"], ["g", "v2"]);
      expect(answers).toEqual([
        ["x", "no route matches"],
        ["r", "v1"],
        ["r", "v2"],
      ]);
    });

    test("a session's server that goes away takes the client's connection along", async () => {
      const mine = client("one");
      await mine.batch(["b", ""]);
      world().backends.v1.silent = true;
      const broken = mine.batch(["g", "1"]);
      await until("the message to come", () => world().backends.v1.messages.length === 2);
      world().backends.v1.kill();
      expect(await broken).toEqual([["x", "the connection to the server broke"]]);
      await mine.closed;
    });

    test("much passes through a session in both directions", async () => {
      const frames: Lined[] = Array.from({ length: 40 }, (_, i) => ["g", `${i}.`.padEnd(500_000)]);
      const answers = await client("one").batch(["b", ""], ...frames, ["e", ""]);
      expect(texts(answers)).toEqual(["", ...texts(frames), ""]);
    });
  },
  { protocols: [lined] },
);

import { expect, test } from "vitest";
import { type Answer, type Attributes, type Call, contract, redis } from "../support/index.js";

const KEYS = 8;
const DELAY = 50;
const half = { value: 50 };
const all = { value: 100 };
const policy = { loadBalancer: { consistentHash: { httpHeaderName: "shard" } } };
const command = (name: string) => ({ command: { exact: name } });

const services = {
  faulty: {
    policy,
    routes: [
      {
        match: { key: { exact: "broken" } },
        to: "v1",
        fault: { abort: { percentage: all, httpStatus: 503, message: "this key" } },
      },
      { match: command("mset"), to: "v1", fault: { abort: { percentage: half, httpStatus: 503, message: "struck" } } },
      { match: command("del"), to: "v1", fault: { delay: { percentage: half, fixedDelay: `${DELAY}ms` } } },
      // Two routes with a fault of their own, for the keys of one command.
      {
        match: { ...command("unlink"), key: { prefix: "even" } },
        to: "v1",
        fault: { abort: { percentage: half, httpStatus: 503 } },
      },
      { match: command("unlink"), to: "v2", fault: { abort: { percentage: half, httpStatus: 503 } } },
      { to: "v1" },
    ],
  },
  guarded: {
    policy,
    annotations: {
      "meltemi.dev/codec": JSON.stringify({ access: { rules: [{ action: "deny", keyPrefixes: ["locked:"] }] } }),
    },
  },
};

/** A command over so many keys; those of MSET have values. */
function over(operation: string, keys: readonly string[]): Call {
  const values = operation === "mset";
  const words = keys.flatMap((key) => (values ? [key, "x"] : [key]));
  const more = words.slice(2);
  const pairs = more.flatMap((word, index) => (index % 2 === 0 ? [[word, more[index + 1] ?? "last"] as const] : []));
  return { operation, attributes: [["key", words[0] ?? ""], ...pairs] satisfies Attributes, payload: words[1] ?? "" };
}

const keys = Array.from({ length: KEYS }, (_, index) => `${index % 2 === 0 ? "even" : "odd"}:${index}`);
const words = ({ error, payload }: Answer) => `${error ?? "ok"} ${payload}`;

// A command that is split over servers is one command: rules strike all of it, once, or nothing of it.
contract(
  "commands that are split",
  { services },
  (world) => {
    /** How many of so many commands are aborted; each of them whole, or else its parts all arrive. */
    async function aborted(operation: string, count: number): Promise<number> {
      const caller = world().caller("faulty");
      let struck = 0;
      for (let i = 0; i < count; i++) {
        for (const backend of world().all) backend.messages.length = 0;
        const { error } = await caller.call(over(operation, keys));
        const arrived = world().all.reduce((sum, { messages }) => sum + messages.length, 0);
        expect(arrived).toBe(error === undefined ? KEYS : 0);
        if (error !== undefined) struck++;
      }
      return struck;
    }

    test("a fault of half of the commands aborts half of them, whole", async () => {
      const struck = await aborted("mset", 200);
      expect(struck).toBeGreaterThan(60);
      expect(struck).toBeLessThan(140);
    });

    test("so it does where the keys of a command take routes with a fault each", async () => {
      const struck = await aborted("unlink", 100);
      expect(struck).toBeGreaterThan(22);
      expect(struck).toBeLessThan(78);
    });

    test("a delay of half of the commands delays half of them, once", async () => {
      const caller = world().caller("faulty");
      let delayed = 0;
      for (let i = 0; i < 64; i++) {
        const started = performance.now();
        await caller.call(over("del", keys));
        if (performance.now() - started > DELAY - 5) delayed++;
      }
      expect(delayed).toBeGreaterThan(10);
      expect(delayed).toBeLessThan(54);
      expect(await world().stat(/fault-injection\.active$/)).toBe(0);
    });

    test("what strikes one key of a command is the answer to the command, in the rule's words, once", async () => {
      const caller = world().caller("faulty");
      const calls = [over("mget", ["a", "broken", "b"]), over("exists", ["a", "b", "broken"]), over("get", ["a"])];
      const answers = await Promise.all(calls.map((call) => caller.call(call)));
      expect(answers.map(words)).toEqual(["other UNAVAILABLE this key", "other UNAVAILABLE this key", "ok "]);
    });

    test("access is granted to all keys of a command, or none of its parts is passed on", async () => {
      const caller = world().caller("guarded");
      const answers = await Promise.all(
        [
          ["a", "locked:b", "c"],
          ["a", "c"],
          [...keys, ...keys, "locked:z"],
        ].map((names) => caller.call(over("mset", names))),
      );
      expect(answers.map(({ error }) => error)).toEqual(["other", undefined, "other"]);
      expect(`${answers[0]?.payload}`).toMatch(/^NOPERM /);
      const arrived = world().all.flatMap(({ messages }) => messages.flatMap(({ attributes }) => attributes[0]?.[1]));
      expect(arrived.sort()).toEqual(["a", "c"]);
    });

    test("it is one request, one answer and one command by the metrics", async () => {
      const names = ["redis\\.ingress\\.requests", "redis\\.ingress\\.responses", "redis\\.commands\\.touch"];
      const read = () => Promise.all(names.map((name) => world().stat(new RegExp(`meltemi\\.${name}$`))));
      const before = await read();
      await world().caller("faulty").call(over("touch", keys));
      expect((await read()).map((value, index) => value - (before[index] ?? 0))).toEqual([1, 1, 1]);
    });
  },
  { protocols: [redis] },
);

import { expect, test } from "vitest";
import { type Attributes, contract, ONE_BY_ONE, type Route, thrift, until } from "../support/index.js";

const asked = { "meltemi.dev/lane": "flow" };
/** By expressions, so that each user has a stream of its own. */
const byUser: Route[] = [
  { match: { user: { regex: "a.*" } }, to: "v1" },
  { match: { user: { regex: "b.*" } }, to: { v2: 50, v3: 50 } },
];
const services = {
  keyed: { routes: byUser, annotations: asked },
  one: { routes: [{ to: "v1" }], annotations: asked },
};

const user = (value: string): Attributes => [["user", value]];

contract(
  "flows of a protocol without ids, answered in order",
  { services },
  (world, { deadline }) => {
    test("many keys, shuffled latencies: each answer to its request, in the order of requests", async () => {
      for (const backend of world().all) backend.latency = () => Math.random() * 8;
      const callers = Array.from({ length: 5 }, () => world().caller("keyed", 20_000));
      const ended: string[][] = callers.map(() => []);
      const calls = callers.flatMap((caller, index) =>
        Array.from({ length: 40 }, async (_, turn) => {
          const payload = `${index}/${turn}/${"x".repeat(turn * 7)}`;
          const answer = await caller.call({ attributes: user(`${"ab"[turn % 2]}${turn % 5}`), payload });
          expect([answer.error, answer.payload.toString()]).toEqual([undefined, payload]);
          ended[index]?.push(payload);
        }),
      );
      await Promise.all(calls);
      for (const [index, own] of ended.entries())
        expect(own.map((payload) => payload.split("/").slice(0, 2))).toEqual(
          Array.from({ length: 40 }, (_, turn) => [`${index}`, `${turn}`]),
        );
      expect(await world().stat(/ingress\.flows_opened$/)).toBeGreaterThanOrEqual(5 * 10);
      expect(await world().stat(/egress\.requests$/)).toBe(0);
    });

    test("the proxy's own errors stand in their places", async () => {
      world().backends.v1.latency = () => 50;
      const caller = world().caller("keyed");
      const answers = await Promise.all(
        ["a1", "none", "a2", "none", "a1"].map((value) => caller.call({ attributes: user(value) })),
      );
      expect(answers.map(({ error }) => error)).toEqual([undefined, "no-route", undefined, "no-route", undefined]);
    });

    test("a backend gone in mid-request: an error for each that waits, and the next are served", async () => {
      const { v1 } = world().backends;
      v1.silent = true;
      const caller = world().caller("one");
      const waiting = Array.from({ length: 6 }, () => caller.call());
      await until("one at the backend", () => v1.messages.length > 0);
      v1.kill();
      expect((await Promise.all(waiting)).map(({ error }) => error)).toEqual(waiting.map(() => "unavailable"));
      v1.silent = false;
      expect((await caller.call({ payload: "again" })).payload.toString()).toBe("again");
      expect(caller.opened).toBe(1);
    });

    test("an answer that comes too late holds up no request behind it", async () => {
      const { v1 } = world().backends;
      const caller = world().caller("one");
      await caller.call();
      v1.latency = () => (v1.messages.length === 2 ? 1_500 : 0);
      const started = Date.now();
      const late = await caller.call({ attributes: deadline ? [deadline(100)] : [], payload: "late" });
      expect(late.error).toBe("timeout");
      expect((await caller.call({ payload: "next" })).payload.toString()).toBe("next");
      expect(Date.now() - started).toBeLessThan(1_200);
      expect(v1.messages[2]?.connection).not.toBe(v1.messages[1]?.connection);
      expect(caller.opened).toBe(1);
    });
  },
  // The services themselves ask for flows.
  { protocols: [thrift], lanes: ONE_BY_ONE, sideBySide: true },
);

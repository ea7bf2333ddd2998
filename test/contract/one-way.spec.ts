import { expect, test } from "vitest";
import { ALL_PROTOCOLS, type Attributes, contract, until } from "../support/index.js";

const services = {
  oneway: {
    routes: [
      { match: { user: { exact: "Jason" } }, to: "v2", request: [["Team", "canary"]] as Attributes },
      { match: { lost: { exact: "no" } }, to: "v3" },
    ],
  },
};

contract(
  "one-way requests",
  { services },
  (world) => {
    test("are routed, filtered and forwarded, and leave nothing waiting", async () => {
      const { backends } = world();
      const caller = world().caller("oneway");
      for (let i = 0; i < 100; i++) await caller.notify({ attributes: [["User", "Jason"]], payload: `${i}` });
      await until("a hundred at v2", () => backends.v2.messages.length === 100);
      expect(backends.v2.messages.every(({ oneWay }) => oneWay)).toBe(true);
      expect(backends.v2.messages[0]?.attributes).toEqual([
        ["User", "Jason"],
        ["Team", "canary"],
      ]);
      expect(new Set(backends.v2.messages.map(({ payload }) => payload.toString())).size).toBe(100);
      await until(
        "no request to be active",
        async () => (await world().stat(/^http\..*_9000\.downstream_rq_active$/)) === 0,
      );
      await until(
        "no upstream request to be active",
        async () => (await world().stat(/^cluster\.meltemi\|.*\.upstream_rq_active$/)) === 0,
      );
      // The same connection still serves calls.
      expect((await caller.call({ attributes: [["User", "Jason"]] })).error).toBeUndefined();
    });

    test("that no rule matches are dropped without an answer", async () => {
      const caller = world().caller("oneway");
      await caller.notify({ payload: "nowhere" });
      expect((await caller.call({ attributes: [["user", "Jason"]] })).error).toBeUndefined();
      expect(world().counts()).toEqual({ v1: 0, v2: 1, v3: 0 });
    });

    test("arrive also when the client closes right after, twenty times of twenty, on cold pools", async () => {
      const { v3 } = world().backends;
      for (let i = 0; i < 20; i++) {
        for (const backend of world().all) backend.kill();
        await until(
          "the pool to be cold",
          async () => (await world().stat(/^cluster\.(meltemi|outbound)\|.*\.upstream_cx_active$/)) === 0,
        );
        const caller = world().caller("oneway");
        await caller.notify({ attributes: [["lost", "no"]], payload: `${i}` });
        await caller.close();
        await until(`number ${i}`, () => v3.messages.length === i + 1);
      }
      expect(new Set(v3.messages.map(({ payload }) => payload.toString())).size).toBe(20);
    });
  },
  { protocols: ALL_PROTOCOLS },
);

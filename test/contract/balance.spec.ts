import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { awesomerpc, contract, ONE_BY_ONE } from "../support/index.js";

const balanced = (loadBalancer: object) => ({ policy: { loadBalancer } });

const services = {
  // Each backend of the suite is in a locality of its own name.
  localities: balanced({ localityLbSetting: { distribute: [{ from: "*", to: { v1: 80, "v2*": 20 } }] } }),
  least: balanced({ simple: "LEAST_REQUEST" }),
  hashed: balanced({ consistentHash: { httpHeaderName: "user" } }),
};

// What the protocol is makes no difference to it.
const ONCE = { protocols: [awesomerpc], lanes: ONE_BY_ONE };

contract(
  "choice of backends",
  { services },
  (world) => {
    test("localities get the parts that the rule gives them, and others nothing", async () => {
      const caller = world().caller("localities");
      for (let index = 0; index < 100; index++) await caller.call();
      const { v1, v2, v3 } = world().counts();
      expect([v1 + v2, v3]).toEqual([100, 0]);
      // Turns, not chance: weights are kept to closely.
      expect(v1).toBeGreaterThanOrEqual(75);
      expect(v1).toBeLessThanOrEqual(85);
    });

    test("who has more requests under way gets fewer", async () => {
      world().backends.v1.latency = () => 1_500;
      const caller = world().caller("least");
      const calls: Promise<unknown>[] = [];
      for (let round = 0; round < 20; round++) {
        calls.push(caller.call());
        calls.push(caller.call());
        await delay(10);
      }
      await Promise.all(calls);
      const { v1, v2, v3 } = world().counts();
      expect(v1).toBeLessThan(Math.min(v2, v3));
    });

    test("one value of the attribute, one backend; many values, all of them", async () => {
      const caller = world().caller("hashed");
      for (let user = 0; user < 40; user++) {
        for (let time = 0; time < 3; time++) await caller.call({ attributes: [["user", `user ${user}`]] });
      }
      const byUser = new Map<string, Set<string>>();
      for (const { name, messages } of world().all) {
        expect(messages.length).toBeGreaterThan(0);
        for (const { attributes } of messages) {
          const user = attributes.find(([key]) => key.toLowerCase() === "user")?.[1] ?? "";
          byUser.set(user, (byUser.get(user) ?? new Set()).add(name));
        }
      }
      expect(byUser.size).toBe(40);
      expect([...byUser.values()].every(({ size }) => size === 1)).toBe(true);
    });
  },
  ONCE,
);

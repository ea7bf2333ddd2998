import { expect, test } from "vitest";
import { awesomerpc, contract, redis, thrift } from "../support/index.js";

const services = { split: { routes: [{ to: { v1: 30, v3: 70 } }] } };

contract(
  "split",
  { services },
  (world) => {
    test("30/70 over 10,000 requests, by a chi-squared test", async () => {
      const callers = Array.from({ length: 10 }, () => world().caller("split", 20_000));
      const run = async (index: number): Promise<void> => {
        for (let i = 0; i < 20; i++) {
          const caller = callers[index % callers.length];
          await Promise.all(Array.from({ length: 25 }, () => caller?.call({ payload: "x" })));
        }
      };
      await Promise.all(Array.from({ length: 20 }, (_, index) => run(index)));
      const { v1, v2, v3 } = world().counts();
      expect([v1 + v3, v2]).toEqual([10_000, 0]);
      const chiSquared = (v1 - 3_000) ** 2 / 3_000 + (v3 - 7_000) ** 2 / 7_000;
      // One degree of freedom: 15.1 is passed by chance once in 10,000 runs.
      expect(chiSquared).toBeLessThan(15.1);
    });
  },
  { protocols: [awesomerpc, thrift, redis] },
);

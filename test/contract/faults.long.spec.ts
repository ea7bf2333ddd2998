import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { awesomerpc, contract, ONE_BY_ONE } from "../support/index.js";

const DELAY = 5_000;
const REQUESTS = 1_000;

const services = {
  late: {
    routes: [
      {
        match: { case: { exact: "late" } },
        to: "v1",
        fault: { delay: { percentage: { value: 100 }, fixedDelay: `${DELAY}ms` } },
      },
      { to: "v1" },
    ],
  },
};

const p99 = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;

// A delayed request meets the machine's load twice, when it comes and when it is let go. So do two requests without a
// delay, as far apart: what a delay adds is what it is late beyond them.
contract(
  "the precision of delays",
  { services },
  (world) => {
    test("1,000 at a time are late by 30 ms at most, 99 of 100", async () => {
      const caller = world().caller("late", 60_000);
      const wait = async (value: string) => {
        const started = performance.now();
        await caller.call({ attributes: [["case", value]] });
        return performance.now() - started;
      };
      for (let i = 0; i < 200; i++) await wait("usual");
      const late: Promise<number>[] = [];
      const usual: Promise<number>[] = [];
      const twice = async () => {
        const first = await wait("usual");
        await setTimeout(DELAY);
        return first + (await wait("usual"));
      };
      for (; late.length < REQUESTS; await setTimeout(3)) {
        late.push(wait("late"));
        usual.push(twice());
      }
      const active = await world().stat(/fault-injection\.active$/);
      const [added, others] = [p99(await Promise.all(late)) - DELAY, p99(await Promise.all(usual))];
      const words = `${active} delays at a time on ${world().proxy.kind}`;
      console.log(`${words}: p99 late by ${added.toFixed(1)} ms, two requests without a delay ${others.toFixed(1)} ms`);
      expect(added - others).toBeLessThanOrEqual(30);
    });
  },
  { protocols: [awesomerpc], lanes: ONE_BY_ONE },
);

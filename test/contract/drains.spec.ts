import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Caller, contract } from "../support/index.js";

const services = {
  aging: { annotations: { "meltemi.dev/max-connection-duration": "2s" } },
  // Stream ids are odd and end at 2^31 - 1: this leaves 24 of them.
  ending: { annotations: { "meltemi.dev/first-stream-id": "2147483601" } },
};

contract("drains", { services }, (world) => {
  /** Calls one after the other, with pauses so that drains fall between and into them. */
  async function load(caller: Caller, until: () => boolean): Promise<number> {
    let calls = 0;
    for (; !until(); calls++) {
      const answer = await caller.call({ payload: `${calls}` });
      expect([answer.error, answer.payload.toString()]).toEqual([undefined, `${calls}`]);
      if (calls % 7 === 0) await delay(5);
    }
    return calls;
  }

  test("connections end after two seconds under load, and no request is lost", async () => {
    for (const backend of world().all) backend.latency = () => Math.random() * 20;
    const end = Date.now() + 6_500;
    const callers = Array.from({ length: 8 }, () => world().caller("aging"));
    const loads = callers.flatMap((caller) => Array.from({ length: 4 }, () => load(caller, () => Date.now() > end)));
    const calls = (await Promise.all(loads)).reduce((sum, count) => sum + count, 0);
    expect(calls).toBeGreaterThan(300);
    for (const { opened } of callers) expect(opened).toBeGreaterThanOrEqual(2);
  });

  test("stream ids near their end: new connections take over, and no request is lost", async () => {
    for (const backend of world().all) backend.latency = () => Math.random() * 5;
    const callers = Array.from({ length: 4 }, () => world().caller("ending"));
    for (const caller of callers) {
      let left = 200;
      await Promise.all(Array.from({ length: 4 }, () => load(caller, () => left-- <= 0)));
      expect(caller.opened).toBeGreaterThan(1);
    }
  });
});

import { expect, test } from "vitest";
import { ALL_PROTOCOLS, contract, redis } from "../support/index.js";

const CALLS = 1_024;
const services = { ahead: { routes: [{ to: { v1: 50, v2: 30, v3: 20 } }] }, one: { routes: [{ to: "v1" }] } };

contract(
  "a client that runs ahead of its answers",
  { services },
  (world) => {
    test.each(["one", "ahead"])(
      "of 1,024 calls at once to %s no answer is lost, and each is its own call's",
      async (service) => {
        const caller = world().caller(service, 20_000);
        for (const [index, backend] of world().all.entries()) backend.latency = () => Math.random() * 2 * index;
        const payloads = Array.from({ length: CALLS }, (_, index) => `call ${index}`.padEnd(index % 300, "."));
        const answers = await Promise.all(payloads.map((payload) => caller.call({ payload })));
        expect(answers.map(({ error, payload }) => error ?? payload.toString())).toEqual(payloads);
        expect(caller.opened).toBe(1);
        const arrived = world().all.flatMap(({ messages }) => messages.map(({ payload }) => payload.toString()));
        expect(arrived.sort()).toEqual(payloads.sort());
      },
    );
  },
  { protocols: [...ALL_PROTOCOLS, redis] },
);

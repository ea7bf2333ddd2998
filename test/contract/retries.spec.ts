import { expect, test } from "vitest";
import { contract, freePort, ONE_BY_ONE, type WorldSpec } from "../support/index.js";

/** What AwesomeRPC and Dubbo say where a server cannot serve. */
const UNAVAILABLE = [4, 80];

async function spec(): Promise<WorldSpec> {
  const [dead, other] = [await freePort(), await freePort()];
  const all = (retries?: object, timeout?: string) => ({
    routes: [{ to: "", ...(retries && { retries }), ...(timeout && { timeout }) }],
  });
  return {
    services: {
      plain: {},
      half: { backends: { v1: dead, v2: other } },
      never: { backends: { v1: dead }, ...all({ attempts: 0 }) },
      hurried: all(undefined, "300ms"),
      tries: all({ attempts: 3, perTryTimeout: "200ms", retryOn: "gateway-error", backoff: "10ms" }),
      coded: all({ attempts: 4, codes: UNAVAILABLE, backoff: "1ms" }),
      failing: all({ attempts: 4, retryOn: "5xx", backoff: "1ms" }),
      bounded: {
        ...all({ attempts: 4, retryOn: "5xx", backoff: "1ms" }),
        policy: { connectionPool: { http: { maxRetries: 0 } } },
      },
      budgeted: {
        ...all({ attempts: 1, retryOn: "gateway-error", perTryTimeout: "400ms" }),
        policy: { retryBudget: { percent: 50, minRetryConcurrency: 1 } },
      },
    },
  };
}

contract(
  "retries and timeouts",
  spec,
  (world) => {
    const retried = (service: string) =>
      world().stat(new RegExp(`^cluster\\.meltemi\\|9000\\|.*${service}\\.test\\.upstream_rq_retry$`));

    test("a backend that refuses is passed over without a rule, whoever is asked for", async () => {
      const { protocol } = world();
      const [, live] = Object.values(world().spec("half").backends ?? {});
      const backend = await protocol.backend("live", live);
      try {
        const caller = world().caller("half");
        const answers = await Promise.all(Array.from({ length: 20 }, () => caller.call({ payload: "hello" })));
        expect(answers.map(({ error }) => error)).toEqual(answers.map(() => undefined));
        expect(backend.messages).toHaveLength(20);
        expect(await retried("half")).toBeGreaterThanOrEqual(5);
      } finally {
        await backend.close();
      }
    });

    test("a rule may forbid even that", async () => {
      expect((await world().caller("never").call()).error).toBe("unavailable");
      expect(await retried("never")).toBe(0);
    });

    test("what a backend has is not sent again without a rule", async () => {
      for (const backend of world().all) backend.reply = () => ({ unavailable: true });
      const caller = world().caller("plain");
      const answers = await Promise.all(Array.from({ length: 12 }, () => caller.call()));
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => "unavailable"));
      expect(world().all.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(12);
    });

    test("a request that a backend took along when it died is not sent again without a rule", async () => {
      for (const backend of world().all) {
        backend.reply = () => {
          backend.kill();
          return {};
        };
      }
      expect((await world().caller("plain").call()).error).toBe("unavailable");
      expect(world().all.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(1);
    });

    test("a rule's timeout ends a request", async () => {
      for (const backend of world().all) backend.silent = true;
      const started = Date.now();
      expect((await world().caller("hurried").call()).error).toBe("timeout");
      expect(Date.now() - started).toBeGreaterThanOrEqual(250);
      expect(Date.now() - started).toBeLessThan(1_500);
    });

    test("a try that takes too long is followed by one elsewhere", async () => {
      const { v1, v2, v3 } = world().backends;
      v1.silent = true;
      v2.silent = true;
      const caller = world().caller("tries");
      const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => caller.call({ payload: `${index}` })));
      expect(answers.map(({ payload }) => payload.toString())).toEqual(answers.map((_, index) => `${index}`));
      expect(v3.messages).toHaveLength(6);
      expect(v1.messages.length).toBeGreaterThan(0);
    });

    test("a status of the protocol's own is tried again where the rule names it, and elsewhere first", async () => {
      const { v1, v2, v3 } = world().backends;
      v1.reply = () => ({ unavailable: true });
      v2.reply = () => ({ unavailable: true });
      const caller = world().caller("coded");
      const answers = await Promise.all(Array.from({ length: 9 }, () => caller.call()));
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => undefined));
      expect(v3.messages).toHaveLength(9);
      expect(await retried("coded")).toBe(v1.messages.length + v2.messages.length);
    });

    test("once all tries are made, the last answer is the client's", async () => {
      for (const backend of world().all) backend.reply = () => ({ unavailable: true });
      expect((await world().caller("failing").call()).error).toBe("unavailable");
      expect(world().all.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(5);
    });

    test("a business error is an answer: it is not tried again, whatever the rule says of failures", async () => {
      for (const backend of world().all) backend.reply = () => ({ business: true, payload: "out of stock" });
      const answer = await world().caller("failing").call();
      expect([answer.error, answer.payload.toString()]).toEqual(["business", "out of stock"]);
      expect(world().all.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(1);
    });

    test("so many of the requests under way may be in further tries as a rule's budget says", async () => {
      for (const backend of world().all) backend.silent = true;
      const caller = world().caller("budgeted");
      const answers = await Promise.all(Array.from({ length: 12 }, () => caller.call()));
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => "timeout"));
      // Their tries all end at once. Those that are not sent again are no longer under way, so that it is fewer than half.
      const again = await retried("budgeted");
      expect(again).toBeGreaterThan(1);
      expect(again).toBeLessThanOrEqual(6);
      expect(world().all.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(12 + again);
      expect(await world().stat(/budgeted\.test\.upstream_rq_retry_overflow$/)).toBe(12 - again);
    });

    test("the number of requests in further tries is bounded where a rule bounds it", async () => {
      for (const backend of world().all) backend.reply = () => ({ unavailable: true });
      expect((await world().caller("bounded").call()).error).toBe("unavailable");
      expect(world().all.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(1);
      expect(await world().stat(/bounded\.test\.upstream_rq_retry_overflow$/)).toBe(1);
    });
  },
  { lanes: ONE_BY_ONE },
);

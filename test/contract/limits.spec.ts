import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Attributes, contract, ONE_BY_ONE, RateLimiter, until, type World } from "../support/index.js";

let limiter: RateLimiter;
beforeAll(async () => {
  limiter = await RateLimiter.start();
});
beforeEach(() => limiter.reset());
afterAll(() => limiter?.close());

const HOUR = "1h";
const by = (name: string, value: string) => ({ match: { attributes: { [name]: { exact: value } } } });
const as = (user: string): { attributes: Attributes } => ({ attributes: [["User", user]] });

/** How many of so many calls at a time, by four clients, are served; the others must have got a native error. */
async function served(world: World, service: string, requests: number, call = {}): Promise<number> {
  const callers = Array.from({ length: 4 }, () => world.caller(service));
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, index) => callers[index % callers.length]?.call(call)),
  );
  for (const answer of answers) {
    if (answer?.error !== undefined) expect(answer.payload.toString()).toMatch(/limit/i);
  }
  expect(callers.map(({ opened }) => opened)).toEqual([1, 1, 1, 1]);
  return answers.filter((answer) => answer?.error === undefined).length;
}

const routes = [{ to: "v1" }];

const services = {
  few: { routes, router: { localRateLimit: { tokenBucket: { maxTokens: 7, fillInterval: HOUR } } } },
  split: {
    routes: [{ match: { user: { exact: "ann" } }, to: "v1" }, { to: "v2" }],
    router: { localRateLimit: { tokenBucket: { maxTokens: 5, fillInterval: HOUR } } },
  },
  conditions: {
    routes,
    router: {
      localRateLimit: {
        conditions: [
          { ...by("user", "ann"), tokenBucket: { maxTokens: 2, fillInterval: HOUR } },
          { match: { attributes: { user: { regex: "c[0-9]+" } } }, tokenBucket: { maxTokens: 1, fillInterval: HOUR } },
          { match: { attributes: { user: { prefix: "a" } } }, tokenBucket: { maxTokens: 0, fillInterval: HOUR } },
        ],
      },
    },
  },
  filling: {
    routes,
    router: { localRateLimit: { tokenBucket: { maxTokens: 3, tokensPerFill: 3, fillInterval: "500ms" } } },
  },
  changing: { routes },
};

contract(
  "limits",
  { services, concurrency: 2 },
  (world) => {
    test("of requests on several connections, and workers, exactly so many pass as there are tokens", async () => {
      expect(await served(world(), "few", 60)).toBe(7);
      expect(world().backends.v1.messages).toHaveLength(7);
    });

    test("a service's routes take from one bucket", async () => {
      const both = await Promise.all([
        served(world(), "split", 20, as("ann")),
        served(world(), "split", 20, as("bob")),
      ]);
      expect(both[0] + both[1]).toBe(5);
    });

    test("the first condition that matches counts, and what none matches is not limited", async () => {
      expect(await served(world(), "conditions", 12, as("ann"))).toBe(2);
      expect(await served(world(), "conditions", 4, as("al"))).toBe(0);
      expect(await served(world(), "conditions", 4, as("c7"))).toBe(1);
      expect(await served(world(), "conditions", 12, as("c7x"))).toBe(12);
      expect(await served(world(), "conditions", 12, as("bob"))).toBe(12);
    });

    test("tokens are filled in", async () => {
      const caller = world().caller("filling");
      let passed = 0;
      const started = Date.now();
      while (Date.now() - started < 1_800) passed += (await caller.call()).error === undefined ? 1 : 0;
      // Three at first, and three for each of the fills: as many as fit into the time, or one more that was under way.
      const fills = Math.floor((Date.now() - started) / 500);
      expect(passed).toBeGreaterThanOrEqual(3 + 3 * Math.min(3, fills));
      expect(passed).toBeLessThanOrEqual(3 + 3 * (fills + 1));
    });

    test("limits come, outlive changes of other rules, and go, without touching a listener or a connection", async () => {
      const listeners = await world().proxy.listenerVersions();
      const caller = world().caller("changing");
      const refused = async () => (await caller.call(as("ann"))).error !== undefined;
      const tokenBucket = { maxTokens: 4, fillInterval: HOUR };
      const router = { localRateLimit: { conditions: [{ ...by("user", "ann"), tokenBucket }] } };
      expect(await refused()).toBe(false);
      world().rules("changing", { router });
      await until("the limit", refused);
      const response: Attributes = [["Revision", "2"]];
      world().rules("changing", { router, routes: [{ to: "v1", response }] });
      await until("the other rule", async () => {
        expect(await refused()).toBe(true);
        return (await caller.call(as("bob"))).attributes.some(([name]) => name === "Revision");
      });
      expect(await refused()).toBe(true);
      world().rules("changing", {});
      await until("no limit", async () => !(await refused()));
      expect(caller.opened).toBe(1);
      expect(await world().proxy.listenerVersions()).toEqual(listeners);
    });
  },
  { lanes: ONE_BY_ONE },
);

async function spec() {
  const limit = (more: object = {}) => ({
    globalRateLimit: {
      domain: "test",
      requestTimeout: "2s",
      rateLimitService: "outbound|8081||limiter.test",
      descriptors: [
        { property: "User", descriptorKey: "user" },
        { property: "tenant", descriptorKey: "tenant" },
      ],
      ...more,
    },
  });
  const service = {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    name: "limiter",
    spec: {
      hosts: ["limiter.test"],
      ports: [{ number: 8081, name: "grpc", protocol: "GRPC" }],
      resolution: "STATIC",
      endpoints: [{ address: "127.0.0.1", ports: { grpc: limiter.port } }],
    },
  };
  return {
    services: {
      all: { routes, router: limit({ match: {} }), documents: [service] },
      some: { routes, router: limit(by("case", "limited")) },
      hasty: { routes, router: limit({ requestTimeout: "50ms" }) },
      strict: { routes, router: limit({ requestTimeout: "50ms", denyOnFail: true }) },
    },
  };
}

contract(
  "limits of a service's",
  spec,
  (world) => {
    test("what is over the limit is refused, by each attribute's own count; an empty match is everything", async () => {
      limiter.limit = (descriptor) => (descriptor === "user=ann" ? 3 : undefined);
      expect(await served(world(), "all", 8, as("ann"))).toBe(3);
      expect(await served(world(), "all", 8, as("bob"))).toBe(8);
      const both: Attributes = [
        ["tenant", "t"],
        ["USER", "bob"],
      ];
      expect(await served(world(), "all", 4, { attributes: both })).toBe(4);
      expect(limiter.asked).toHaveLength(20);
      expect(limiter.asked[0]).toEqual({ domain: "test", descriptors: ["user=ann"] });
      expect(limiter.asked.at(-1)).toEqual({ domain: "test", descriptors: ["user=bob", "tenant=t"] });
      // There is nothing to ask of it.
      expect(await served(world(), "all", 4)).toBe(4);
      expect(limiter.asked).toHaveLength(20);
    });

    test("a slow limiter holds back the request that it is asked about, and no other", async () => {
      limiter.delayMs = 400;
      const caller = world().caller("some");
      const started = Date.now();
      const slow = caller.call({ attributes: [...as("ann").attributes, ["case", "limited"]] });
      expect((await caller.call(as("ann"))).error).toBeUndefined();
      expect(Date.now() - started).toBeLessThan(400);
      expect((await slow).error).toBeUndefined();
      expect(Date.now() - started).toBeGreaterThanOrEqual(395);
      expect(limiter.asked).toHaveLength(1);
    });

    test("a limiter that is too slow, or fails, is done without, or all is refused, as the rule says", async () => {
      for (const trouble of [{ delayMs: 1_000 }, { failing: true }]) {
        limiter.reset();
        Object.assign(limiter, trouble);
        const started = Date.now();
        expect((await world().caller("hasty").call(as("ann"))).error).toBeUndefined();
        expect((await world().caller("strict").call(as("ann"))).error).toBeDefined();
        expect(Date.now() - started).toBeLessThan(1_000);
        expect(world().backends.v1.messages).toHaveLength(1);
        world().backends.v1.messages.length = 0;
      }
    });
  },
  { lanes: ONE_BY_ONE },
);

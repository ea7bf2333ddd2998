import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { awesomerpc, type Caller, contract, dubbo, ONE_BY_ONE, SERVICE_PORT, until } from "../support/index.js";

const http = (settings: object) => ({ connectionPool: { http: settings } });
const routes = [{ to: "v1" as const }];
const services = {
  usual: { routes },
  single: { routes, policy: http({ h2UpgradePolicy: "DO_NOT_UPGRADE" }) },
  few: { routes, policy: http({ maxConcurrentStreams: 4 }) },
  most: { routes, policy: http({ http2MaxRequests: 6 }) },
  timed: { routes: [{ to: "v1" as const, timeout: "250ms" }], policy: http({ http2MaxRequests: 6 }) },
  queued: {
    routes,
    policy: {
      connectionPool: {
        tcp: { maxConnections: 1 },
        http: { h2UpgradePolicy: "DO_NOT_UPGRADE", http1MaxPendingRequests: 2 },
      },
    },
  },
  changing: { routes },
};

const AT_ONCE = 12;

contract(
  "connections to backends",
  { services, lanes: ONE_BY_ONE },
  (world) => {
    /** Calls at once, each on a connection of its own, while the backend keeps silent; then their answers. */
    async function together(service: string, arriving = AT_ONCE) {
      const { v1 } = world().backends;
      v1.silent = true;
      const callers = Array.from({ length: AT_ONCE }, () => world().caller(service));
      const calls = callers.map((caller, index) => caller.call({ payload: `${index}` }));
      await until("requests at the backend", () => v1.messages.length === arriving);
      const connections = new Set(v1.messages.map(({ connection }) => connection));
      return { v1, callers, calls, connections };
    }

    test("many requests share a connection, unless a DestinationRule wants one at a time", async () => {
      const shared = await together("usual");
      expect(shared.connections.size).toBe(1);
      shared.v1.kill();
      // Each caller has an error of its own.
      const answers = await Promise.all(shared.calls);
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => "unavailable"));
      world().reset();
      const { connections, calls, v1 } = await together("single");
      expect(connections.size).toBe(AT_ONCE);
      v1.kill();
      const failed = await Promise.all(calls);
      expect(failed.map(({ error }) => error)).toEqual(failed.map(() => "unavailable"));
      v1.silent = false;
      expect((await world().caller("single").call({ payload: "again" })).payload.toString()).toBe("again");
    });

    test("a connection carries no more requests at a time than a DestinationRule says", async () => {
      const { v1, connections, calls } = await together("few");
      const load = [...connections].map((each) => v1.messages.filter(({ connection }) => connection === each).length);
      expect(load).toEqual([4, 4, 4]);
      v1.kill();
      await Promise.all(calls);
    });

    test("requests above the circuit breaker's have a native error at once, and ended ones make room", async () => {
      const { v1, calls } = await together("most", 6);
      let refused = 0;
      for (const call of calls) {
        void call.then(({ error }) => {
          if (error !== undefined) refused += 1;
        });
      }
      await until("the others to be refused", () => refused === AT_ONCE - 6);
      expect(v1.messages.length).toBe(6);
      v1.kill();
      await Promise.all(calls);
      v1.silent = false;
      const answers = await Promise.all(Array.from({ length: 6 }, () => world().caller("most").call()));
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => undefined));
    });

    test("requests wait for the one connection that a rule allows, so many of them, and others are refused at once", async () => {
      const { v1 } = world().backends;
      const caller = world().caller("queued");
      // The connection is there before the others come.
      await caller.call();
      const { accepted } = v1;
      v1.latency = () => 300;
      const started = Date.now();
      const refused: number[] = [];
      const calls = Array.from({ length: 6 }, async (_, index) => {
        const { error, payload } = await caller.call({ payload: `${index}` });
        if (error !== undefined) refused.push(Date.now() - started);
        return error ?? payload.toString();
      });
      expect((await Promise.all(calls)).sort()).toEqual(["0", "1", "2", ...Array(3).fill("unavailable")]);
      expect(Math.max(...refused)).toBeLessThan(300);
      expect(Date.now() - started).toBeGreaterThanOrEqual(900);
      expect(v1.accepted).toBe(accepted);
      expect(await world().stat(/^cluster\.meltemi\|9000\|v1\|queued\.test\.upstream_rq_pending_overflow$/)).toBe(3);
    });

    test("a request that is timed out leaves its place to another, and its late answer is nobody's", async () => {
      const { v1 } = world().backends;
      const caller = world().caller("timed");
      await caller.call();
      const { accepted } = v1;
      let late = 0;
      v1.latency = () => 700;
      v1.reply = ({ payload }) => {
        if (payload.toString().startsWith("late")) late += 1;
        return {};
      };
      const lost = Array.from({ length: 6 }, (_, index) => caller.call({ payload: `late ${index}` }));
      expect((await Promise.all(lost)).map(({ error }) => error)).toEqual(lost.map(() => "timeout"));
      v1.latency = () => 0;
      for (let turn = 0; turn < 25; turn++) {
        const payloads = Array.from({ length: 6 }, (_, index) => `good ${turn}/${index}`);
        const answers = await Promise.all(payloads.map((payload) => caller.call({ payload })));
        expect(answers.map(({ payload }) => payload.toString())).toEqual(payloads);
        await delay(25);
      }
      expect(late).toBe(6);
      expect([v1.accepted, caller.opened]).toEqual([accepted, 1]);
    });

    test("a change of mode under load loses nothing, and leaves the clients' listener as it is", async () => {
      const { v1 } = world().backends;
      const listener = async () => (await world().proxy.listenerVersions())[`changing.test:${SERVICE_PORT}`];
      const before = await listener();
      expect(before).toBeDefined();
      v1.latency = () => 5;
      const callers = Array.from({ length: 4 }, () => world().caller("changing"));
      let going = true;
      const load = async (caller: Caller): Promise<number> => {
        let calls = 0;
        for (; going; calls++) {
          const answer = await caller.call({ payload: `${calls}` });
          expect([answer.error, answer.payload.toString()]).toEqual([undefined, `${calls}`]);
        }
        return calls;
      };
      const loads = callers.flatMap((caller) => [load(caller), load(caller)]);
      const connections = () => new Set(v1.messages.slice(-16).map(({ connection }) => connection)).size;
      await until("requests on one connection", () => v1.messages.length > 50 && connections() === 1);
      world().rules("changing", { policy: http({ h2UpgradePolicy: "DO_NOT_UPGRADE" }) });
      await until("a connection for each request", () => connections() > 4, { timeoutMs: 10_000 });
      world().rules("changing", {});
      await until("one connection again", () => connections() === 1, { timeoutMs: 10_000 });
      going = false;
      const calls = await Promise.all(loads);
      expect(calls.every((count) => count > 0)).toBe(true);
      expect(callers.map(({ opened }) => opened)).toEqual([1, 1, 1, 1]);
      expect(await listener()).toBe(before);
    });
  },
  { protocols: [awesomerpc, dubbo] },
);

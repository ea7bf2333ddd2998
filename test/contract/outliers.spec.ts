import { expect, test } from "vitest";
import { contract, freePort, ONE_BY_ONE, until, type WorldSpec } from "../support/index.js";

const OUT_MS = 1_500;
const outlierDetection = { interval: "100ms", baseEjectionTime: `${OUT_MS}ms`, maxEjectionPercent: 100 };

async function spec(): Promise<WorldSpec> {
  return {
    services: {
      failing: { policy: { outlierDetection: { ...outlierDetection, consecutive5xxErrors: 3 } } },
      business: { policy: { outlierDetection: { ...outlierDetection, consecutive5xxErrors: 2 } } },
      refusing: {
        backends: { v1: await freePort(), v2: await freePort() },
        routes: [{ to: "", retries: { attempts: 0 } }],
        policy: { outlierDetection: { ...outlierDetection, consecutive5xxErrors: 2 } },
      },
      requests: { policy: { connectionPool: { http: { http2MaxRequests: 2 } } } },
      connections: { policy: { connectionPool: { tcp: { maxConnections: 1 } } } },
    },
  };
}

contract(
  "ejection and circuit breakers",
  spec,
  (world) => {
    const stat = (service: string, name: string) =>
      world().stat(new RegExp(`^cluster\\.(meltemi|outbound)\\|9000\\|\\|${service}\\.test\\.${name}$`));
    const ejected = (service: string) => stat(service, "outlier_detection\\.ejections_active");
    const calls = async (service: string, count: number) => {
      const caller = world().caller(service);
      const answers = [];
      for (let index = 0; index < count; index++) answers.push(await caller.call({ payload: "hello" }));
      return answers.map(({ error }) => error);
    };

    test("a backend that fails several times in a row is left out, and comes back", async () => {
      const { v1, v2, v3 } = world().backends;
      v1.reply = () => ({ unavailable: true });
      const errors = await calls("failing", 9);
      expect(errors.filter((error) => error === "unavailable")).toHaveLength(3);
      expect(await ejected("failing")).toBe(1);
      expect(await stat("failing", "outlier_detection\\.ejections_enforced_consecutive_5xx")).toBe(1);
      v1.reply = undefined;
      const before = v2.messages.length + v3.messages.length;
      await calls("failing", 6);
      expect([v1.messages.length, v2.messages.length + v3.messages.length - before]).toEqual([3, 6]);
      await until("it to be let in again", async () => (await ejected("failing")) === 0);
      await calls("failing", 6);
      expect(v1.messages.length).toBe(5);
    });

    test("a business error is no outage", async () => {
      for (const backend of world().all) backend.reply = () => ({ business: true, payload: "out of stock" });
      expect(await calls("business", 15)).toEqual(Array(15).fill("business"));
      expect(await ejected("business")).toBe(0);
      expect(await stat("business", "outlier_detection\\.ejections_detected_consecutive_5xx")).toBe(0);
    });

    test("a backend that refuses connections is left out", async () => {
      const [, live] = Object.values(world().spec("refusing").backends ?? {});
      const backend = await world().protocol.backend("live", live);
      try {
        const errors = await calls("refusing", 8);
        expect(errors.filter((error) => error !== undefined)).toEqual(["unavailable", "unavailable"]);
        expect(await ejected("refusing")).toBe(1);
      } finally {
        await backend.close();
      }
    });

    test("more requests at a time than a rule allows are refused at once, and room is made again", async () => {
      for (const backend of world().all) backend.latency = () => 400;
      const caller = world().caller("requests");
      const started = Date.now();
      const refused: number[] = [];
      const answers = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const { error } = await caller.call();
          if (error !== undefined) refused.push(Date.now() - started);
          return error;
        }),
      );
      expect(answers.filter((error) => error === undefined)).toHaveLength(2);
      expect(answers.filter((error) => error === "unavailable")).toHaveLength(4);
      expect(Math.max(...refused)).toBeLessThan(400);
      expect(await stat("requests", "upstream_rq_active_overflow")).toBe(4);
      expect((await caller.call()).error).toBeUndefined();
    });

    test("no more connections than a rule allows are made to backends", async () => {
      const before = world().all.reduce((sum, { accepted }) => sum + accepted, 0);
      const errors = await calls("connections", 9);
      expect(world().all.reduce((sum, { accepted }) => sum + accepted, 0) - before).toBe(1);
      expect(errors).toEqual(errors.map(() => undefined));
      expect(await stat("connections", "upstream_cx_overflow")).toBeGreaterThan(0);
    });
  },
  { lanes: ONE_BY_ONE },
);

import { expect, test } from "vitest";
import { awesomerpc, type Caller, contract, dubbo, ONE_BY_ONE, redis, until } from "../support/index.js";

const WORKERS = 2;
const spec = { services: { many: { routes: [{ to: { v1: 50, v2: 50 } }] } }, concurrency: WORKERS, lanes: ONE_BY_ONE };

contract(
  "multiplexing",
  spec,
  (world) => {
    test("1,000 callers over 50 connections, each answer with its request's nonce, one backend connection per worker", async () => {
      const { v1, v2 } = world().backends;
      for (const backend of [v1, v2]) backend.latency = () => Math.random() * 40;
      const connections = Array.from({ length: 50 }, () => world().caller("many", 20_000));
      let answered = 0;
      const caller = async (index: number): Promise<void> => {
        const connection = connections[index % connections.length] as Caller;
        for (let turn = 0; turn < 5; turn++) {
          const nonce = `${index}/${turn}/${Math.random()}`;
          const answer = await connection.call({ payload: nonce });
          expect([answer.error, answer.payload.toString()]).toEqual([undefined, nonce]);
          answered += 1;
        }
      };
      // One of a hundred gives up at once, and never learns of its answer.
      const leaver = async (index: number): Promise<void> => {
        const connection = connections[index % connections.length] as Caller;
        await expect(connection.call({ payload: "gone", timeoutMs: 1 })).rejects.toThrow();
      };
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => (index % 100 === 99 ? leaver : caller)(index)));
      expect(answered).toBe(990 * 5);
      expect(connections.map(({ opened }) => opened)).toEqual(connections.map(() => 1));
      for (const backend of [v1, v2]) {
        expect(backend.accepted).toBeGreaterThanOrEqual(1);
        expect(backend.accepted).toBeLessThanOrEqual(WORKERS);
      }
    });

    test("connections cut with requests in flight leave the others, and the backends' connections, whole", async () => {
      const { v1, v2 } = world().backends;
      const steady = world().caller("many", 20_000);
      for (let i = 0; i < 20; i++) await steady.call();
      const accepted = [v1.accepted, v2.accepted];
      for (const backend of [v1, v2]) backend.latency = () => 30;
      const rounds = Array.from({ length: 20 }, async () => {
        const leaving = world().caller("many");
        const calls = Array.from({ length: 10 }, () => leaving.call().catch(() => undefined));
        const answer = await steady.call({ payload: "steady" });
        expect(answer.payload.toString()).toBe("steady");
        leaving.destroy();
        await Promise.all(calls);
      });
      await Promise.all(rounds);
      expect((await steady.call({ payload: "still" })).payload.toString()).toBe("still");
      expect([v1.accepted, v2.accepted].every((count, index) => count - (accepted[index] ?? 0) <= WORKERS)).toBe(true);
      expect([v1.connections, v2.connections].every((count) => count <= WORKERS)).toBe(true);
      await until(
        "no request to be active",
        async () => (await world().stat(/^http\..*_9000\.downstream_rq_active$/)) === 0,
      );
    });
  },
  { protocols: [awesomerpc, dubbo, redis] },
);

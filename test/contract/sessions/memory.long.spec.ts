import { test } from "vitest";
import { contract, postgresql, Session } from "../../support/index.js";
import { expectLevel, MINUTES, SAMPLES, sampled } from "../memory.support.js";

/** Fewer on the host, which is slower: as many as its heap takes to settle, and as many again. */
const SESSIONS = { envoy: 100_000, host: 40_000 };
const LANES = 16;
const services = {
  memory: {
    routes: [
      { match: { database: { exact: "main" } }, to: "v1" },
      { match: { database: { prefix: "o" } }, to: { v2: 50, v3: 50 } },
    ],
  },
};

contract(
  "memory of sessions",
  { services },
  (world) => {
    test("does not grow over 100,000 sessions, 40,000 on the host", { timeout: 30 * MINUTES }, async () => {
      const startedAt = Date.now();
      const count = SESSIONS[world().proxy.kind];
      const visit = async (number: number): Promise<void> => {
        const database = number % 3 === 0 ? "main" : `other${number % 50}`;
        const session = new Session(world().port("memory"), { user: "ann", database }, 30_000);
        for (const { error } of [await session.start(), await session.query("select 1")]) {
          if (error !== undefined) throw new Error(`session ${number}: ${error}`);
        }
        // Most say good-bye, some just go.
        if (number % 10 > 0) return session.end();
        session.destroy();
        return session.closed;
      };
      const samples = await sampled(world(), async () => {
        await Promise.all(
          Array.from({ length: LANES }, async (_, lane) => {
            for (let i = 0; i < count / SAMPLES / LANES; i++) await visit(i * LANES + lane);
          }),
        );
      });
      expectLevel(world(), `${count} sessions`, samples, startedAt);
    });
  },
  { protocols: [postgresql] },
);

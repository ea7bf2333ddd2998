import { connect } from "node:net";
import { expect, test } from "vitest";
import { awesomerpc, contract, ONE_BY_ONE, type Route, type World } from "../support/index.js";
import { expectLevel, MINUTES, SAMPLES, sampled } from "./memory.support.js";

const REQUESTS = 1_000_000;
const CONNECTIONS = 100_000;
const split: Route = { match: { user: { prefix: "u" } }, to: { v1: 50, v2: 50 } };
/** A part of the requests goes through every module there is. */
const changed: Route = {
  match: { user: { exact: "u0" } },
  to: "v3",
  request: [["Added", "on the way"]],
  response: [["Served-By", "the mesh"]],
};

contract("memory", { services: { memory: { routes: [changed, split] } } }, level, { lanes: ONE_BY_ONE });
contract(
  "memory",
  {
    services: {
      memory: {
        routes: [{ match: { user: { exact: "u0" } }, to: "v3" }, split],
        // Streams come and go all the while.
        annotations: { "meltemi.dev/flow": '{"ageMs":500}' },
      },
    },
  },
  (world) => {
    level(world);
    test("all of it went by flows", async () => {
      expect(await world().stat(/ingress\.flows_opened$/)).toBeGreaterThan(CONNECTIONS);
      expect(await world().stat(/egress\.requests$/)).toBe(0);
    });
  },
  { protocols: [awesomerpc], lanes: ["flow"] },
);

function level(world: () => World): void {
  test("does not grow over a million requests", { timeout: 60 * MINUTES }, async () => {
    const startedAt = Date.now();
    const callers = Array.from({ length: 8 }, () => world().caller("memory", 30_000));
    const samples = await sampled(world(), async () => {
      const lanes = callers.flatMap((caller) => Array.from({ length: 8 }, () => caller));
      await Promise.all(
        lanes.map(async (caller, lane) => {
          for (let i = 0; i < REQUESTS / SAMPLES / lanes.length; i++) {
            const { error } = await caller.call({
              attributes: [["User", `u${lane % 4}`]],
              payload: "x".repeat(i % 512),
            });
            if (error !== undefined) throw new Error(`request ${i} of lane ${lane}: ${error}`);
          }
        }),
      );
    });
    expectLevel(world(), `${REQUESTS} requests`, samples, startedAt);
  });

  test("does not grow over 100,000 short connections", { timeout: 60 * MINUTES }, async () => {
    const startedAt = Date.now();
    const { protocol } = world();
    const requests = [0, 1, 2, 3].map((n) =>
      protocol.request(1n, { attributes: [["User", `u${n}`]], payload: "short" }),
    );
    const once = (request: Buffer): Promise<void> =>
      new Promise((resolve, reject) => {
        const socket = connect(world().port("memory"), "127.0.0.1");
        let got = Buffer.alloc(0);
        socket.on("error", reject).on("data", (chunk: Buffer) => {
          got = Buffer.concat([got, chunk]);
          if (protocol.answers(got).length > 0) socket.end();
        });
        socket.on("close", () => (got.length > 0 ? resolve() : reject(new Error("closed without an answer"))));
        socket.write(request);
      });
    const samples = await sampled(world(), async () => {
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (let i = 0; i < CONNECTIONS / SAMPLES / 16; i++) await once(requests[i % 4] ?? Buffer.alloc(0));
        }),
      );
    });
    expectLevel(world(), `${CONNECTIONS} connections`, samples, startedAt);
  });
}

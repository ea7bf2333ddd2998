import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL_PROTOCOLS, BlackHole, contract, freePort, idOf, redis, until } from "../support/index.js";

let hole: BlackHole | undefined;
beforeAll(async () => {
  hole = await BlackHole.open();
});
afterAll(() => hole?.close());

async function spec() {
  return {
    services: {
      routed: { routes: [{ match: { user: { exact: "Jason" } }, to: "v1" }] },
      plain: { routes: [{ to: "v1" }] },
      empty: { backends: {} },
      refused: { backends: { v1: await freePort() } },
      unreachable: { backends: { v1: hole?.port ?? 0 } },
    },
  };
}

contract(
  "failures",
  spec,
  (world, { ordered, deadline }) => {
    const atOnce: [string, string, "no-route" | "unavailable"][] = [
      ["no route", "routed", "no-route"],
      ["no healthy backend", "empty", "unavailable"],
      ["connection refused", "refused", "unavailable"],
    ];
    test.each(atOnce)("%s is answered at once in the protocol's own words", async (_, service, error) => {
      const caller = world().caller(service);
      const started = Date.now();
      for (let i = 0; i < 5; i++) {
        const answer = await caller.call({ payload: "anyone?" });
        expect(answer.error).toBe(error);
        expect(answer.payload.toString()).not.toBe("");
      }
      expect(Date.now() - started).toBeLessThan(1_500);
      expect(caller.opened).toBe(1);
    });

    test("an error carries its request's id", async () => {
      const { protocol } = world();
      const socket = world().socket("routed");
      const got: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => got.push(chunk));
      const ids = [0n, 1n, 0x7fff_ffff_ffff_ffffn, -1n].map((id) => idOf(protocol, id));
      socket.write(Buffer.concat(ids.map((id) => protocol.request(id, {}))));
      const answers = await until("four answers", () => {
        const found = protocol.answers(Buffer.concat(got));
        return found.length === 4 && found;
      });
      expect(new Set(answers.map(({ id }) => id))).toEqual(new Set(ids));
      expect(answers.every(({ error }) => error === "no-route")).toBe(true);
    });

    test("a connect timeout ends in an error, and many of them too", async () => {
      const caller = world().caller("unreachable", 10_000);
      const answers = await Promise.all(Array.from({ length: 20 }, () => caller.call()));
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => "unavailable"));
    });

    test("a backend gone in mid-request: every request in flight is answered, and the next ones are served", async () => {
      const { v1 } = world().backends;
      v1.silent = true;
      const caller = world().caller("plain");
      // Where each request takes a backend connection, twelve of a client's may be without an answer.
      const requests = world().protocol.ordered ? 10 : 20;
      const waiting = Array.from({ length: requests }, () => caller.call());
      await until("all at the backend", () => v1.messages.length === requests);
      const cut = Date.now();
      v1.kill();
      const answers = await Promise.all(waiting);
      expect(answers.map(({ error }) => error)).toEqual(answers.map(() => "unavailable"));
      expect(Date.now() - cut).toBeLessThan(1_500);
      v1.silent = false;
      expect((await caller.call({ payload: "again" })).payload.toString()).toBe("again");
      expect(caller.opened).toBe(1);
    });

    test("a business error of the backend's own arrives as it is", async () => {
      world().backends.v1.reply = () => ({ business: true, payload: "out of stock", attributes: [["Code", "7"]] });
      const answer = await world().caller("plain").call();
      expect([answer.error, answer.payload.toString(), answer.attributes]).toEqual([
        "business",
        "out of stock",
        [["Code", "7"]],
      ]);
    });

    if (deadline === undefined) return;
    test("a request that took its deadline along is answered when that is over", async () => {
      const { backends } = world();
      backends.v1.silent = true;
      const started = Date.now();
      const answer = await world()
        .caller("plain")
        .call({ attributes: [deadline(200)] });
      expect(answer.error).toBe("timeout");
      expect(Date.now() - started).toBeGreaterThanOrEqual(150);
      expect(Date.now() - started).toBeLessThan(1_500);
    });

    test("answers that come after the deadline reach nobody and harm nobody", async () => {
      const { backends } = world();
      const caller = world().caller("plain");
      await caller.call();
      const { accepted } = backends.v1;
      backends.v1.latency = () => 150;
      const late = await Promise.all(
        Array.from({ length: 20 }, (_, index) => caller.call({ attributes: [deadline(50)], payload: `${index}` })),
      );
      expect(late.map(({ error }) => error)).toEqual(late.map(() => "timeout"));
      const good = await Promise.all(
        Array.from({ length: 20 }, (_, index) => caller.call({ payload: `good ${index}` })),
      );
      expect(good.map(({ payload }) => payload.toString())).toEqual(good.map((_, index) => `good ${index}`));
      // A connection that answers in order is of no use once an answer has to be thrown away.
      if (!ordered) expect(backends.v1.accepted).toBe(accepted);
    });
  },
  { protocols: [...ALL_PROTOCOLS, redis] },
);

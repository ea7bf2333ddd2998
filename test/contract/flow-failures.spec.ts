import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Attributes,
  BlackHole,
  contract,
  Meddler,
  type Protocol,
  type Route,
  until,
  type World,
} from "../support/index.js";

/** By an expression, so that each user has a stream of its own. */
const byUser: Route[] = [{ match: { user: { regex: "u.*" } }, to: "v1" }];
const user = (value: string): Attributes => [["User", value]];

let hole: BlackHole | undefined;
beforeAll(async () => {
  hole = await BlackHole.open();
});
/** Each world's own. */
const meddlers = new Map<string, Meddler>();
const sideOf = (kind: string, { name }: Protocol) => `${name} on ${kind}`;
afterAll(async () => {
  for (const meddler of meddlers.values()) meddler.close();
  await hole?.close();
});

function meddlerOf({ proxy, protocol, backends }: World): Meddler {
  const meddler = meddlers.get(sideOf(proxy.kind, protocol));
  if (meddler === undefined) throw new Error("the world has no relay");
  meddler.target = backends.v1.port;
  meddler.ends = undefined;
  return meddler;
}

contract(
  "failures of flows",
  async (kind, protocol) => {
    const meddler = await Meddler.open();
    meddlers.set(sideOf(kind, protocol), meddler);
    const connectionPool = { tcp: { connectTimeout: "2s" }, http: { http1MaxPendingRequests: 1 } };
    return {
      services: {
        meddled: { routes: byUser, backends: { v1: meddler.port } },
        narrow: { routes: byUser, backends: { v1: hole?.port ?? 0 }, policy: { connectionPool } },
      },
    };
  },
  (world, { drain }) => {
    test.each(["FIN", "RST"] as const)(
      "a backend's %s in the middle of an answer: an error for each that waits, and a new stream for the next",
      async (ends) => {
        const { v1 } = world().backends;
        const meddler = meddlerOf(world());
        const caller = world().caller("meddled");
        expect((await caller.call({ attributes: user("u1"), payload: "before" })).payload.toString()).toBe("before");
        meddler.ends = ends;
        v1.latency = () => 100;
        const accepted = v1.accepted;
        const started = Date.now();
        const waiting = Array.from({ length: 5 }, () =>
          caller.call({ attributes: user("u1"), payload: "x".repeat(999) }),
        );
        expect((await Promise.all(waiting)).map(({ error }) => error)).toEqual(waiting.map(() => "unavailable"));
        expect(Date.now() - started).toBeLessThan(1_500);
        expect(v1.accepted).toBe(accepted);
        meddler.ends = undefined;
        expect((await caller.call({ attributes: user("u1"), payload: "after" })).payload.toString()).toBe("after");
        expect([v1.accepted, caller.opened]).toEqual([accepted + 1, 1]);
      },
    );

    test("more streams that wait for a connection than a rule allows: native errors at once", async () => {
      const caller = world().caller("narrow", 10_000);
      const started = Date.now();
      const errors: unknown[] = [];
      for (let i = 0; i < 5; i++) {
        const told = ({ error }: { error?: unknown }) => errors.push(error);
        caller.call({ attributes: user(`u${i}`) }).then(told, () => undefined); // some are still waiting at the end
      }
      await until("the ones beyond to be answered", () => errors.length >= 4);
      expect(Date.now() - started).toBeLessThan(1_500);
      expect(errors).toEqual(Array(4).fill("unavailable"));
    });

    if (drain === undefined) return;
    test("a backend's word that it takes no more: what it has is answered, and the next go by a new stream", async () => {
      const { v1 } = world().backends;
      const meddler = meddlerOf(world());
      const caller = world().caller("meddled");
      await caller.call({ attributes: user("u2") });
      v1.latency = ({ length } = v1.messages) => (length === 2 ? 600 : 0);
      const slow = caller.call({ attributes: user("u2"), payload: "slow" });
      await until("it to be at the backend", () => v1.messages.length === 2);
      meddler.say(drain);
      const [, first] = v1.messages;
      await until("requests to go by another stream", async () => {
        expect((await caller.call({ attributes: user("u2") })).error).toBeUndefined();
        return v1.messages.at(-1)?.connection !== first?.connection;
      });
      expect((await slow).payload.toString()).toBe("slow");
      expect(caller.opened).toBe(1);
    });
  },
  { lanes: ["flow"], sideBySide: true },
);

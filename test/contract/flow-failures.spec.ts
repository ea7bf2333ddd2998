import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Attributes,
  type Backend,
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

/** Accepts, and closes at once. */
const closing = createServer((socket) => socket.on("error", () => undefined).end());

let hole: BlackHole | undefined;
beforeAll(async () => {
  hole = await BlackHole.open();
  await once(closing.listen(0, "127.0.0.1"), "listening");
});
/** Each world's own. */
const meddlers = new Map<string, Meddler>();
const goods = new Map<string, Backend>();
const sideOf = (kind: string, { name }: Protocol) => `${name} on ${kind}`;
afterAll(async () => {
  for (const meddler of meddlers.values()) meddler.close();
  await Promise.all([...goods.values()].map((good) => good.close()));
  closing.close();
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
    const { send = Buffer.alloc(0), receive = Buffer.alloc(0) } = protocol.heartbeat ?? {};
    const check = { send: send.toString("hex"), receive: receive.toString("hex"), intervalMs: 200, unhealthy: 1 };
    const good = await protocol.backend("good");
    goods.set(sideOf(kind, protocol), good);
    return {
      services: {
        checked: {
          backends: { v1: good.port, v2: (closing.address() as AddressInfo).port },
          annotations: { "meltemi.dev/health-check": JSON.stringify(check) },
        },
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

    test("a backend that accepts and closes gets no flows once it was asked", async () => {
      const { proxy, protocol } = world();
      const good = goods.get(sideOf(proxy.kind, protocol));
      const asked = async () => {
        const answers = Array.from({ length: 8 }, () => world().caller("checked").call());
        return (await Promise.all(answers)).map(({ error }) => error);
      };
      const healthy = () => world().stat(/cluster\.meltemi\.flow\|.*checked.*\.health_check\.healthy$/);
      // A cluster of both backends, and one of each. Envoy's workers hear of it up to a second later.
      await until("the bad one to be left out", async () => {
        return (await healthy()) === 2 && (await asked()).every((error) => error === undefined);
      });
      const before = good?.messages.length ?? 0;
      for (let i = 0; i < 3; i++) expect(await asked()).toEqual(Array(8).fill(undefined));
      expect(good?.messages.length).toBe(before + 24);
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

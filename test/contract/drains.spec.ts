import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  type Caller,
  contract,
  dubbo,
  HARDLY_MATTERS,
  ONE_BY_ONE,
  type Protocol,
  type Route,
  redis,
  thrift,
  until,
} from "../support/index.js";

const services = {
  aging: { annotations: { "meltemi.dev/max-connection-duration": "2s" } },
  // Stream ids are odd and end at 2^31 - 1: this leaves 24 of them.
  ending: { annotations: { "meltemi.dev/first-stream-id": "2147483601" } },
};

contract("drains", { services }, (world) => {
  /** Calls one after the other, with pauses so that drains fall between and into them. */
  async function load(caller: Caller, until: () => boolean): Promise<number> {
    let calls = 0;
    for (; !until(); calls++) {
      const answer = await caller.call({ payload: `${calls}` });
      expect([answer.error, answer.payload.toString()]).toEqual([undefined, `${calls}`]);
      if (calls % 7 === 0) await delay(5);
    }
    return calls;
  }

  test("connections end after two seconds under load, and no request is lost", async () => {
    for (const backend of world().all) backend.latency = () => Math.random() * 20;
    const end = Date.now() + 3_000;
    const callers = Array.from({ length: 8 }, () => world().caller("aging"));
    const loads = callers.flatMap((caller) => Array.from({ length: 4 }, () => load(caller, () => Date.now() > end)));
    const calls = (await Promise.all(loads)).reduce((sum, count) => sum + count, 0);
    expect(calls).toBeGreaterThan(200);
    for (const { opened } of callers) expect(opened).toBeGreaterThanOrEqual(2);
  });

  test("stream ids near their end: new connections take over, and no request is lost", async () => {
    for (const backend of world().all) backend.latency = () => Math.random() * 5;
    const callers = Array.from({ length: 4 }, () => world().caller("ending"));
    for (const caller of callers) {
      let left = 200;
      await Promise.all(Array.from({ length: 4 }, () => load(caller, () => left-- <= 0)));
      expect(caller.opened).toBeGreaterThan(1);
    }
  });
});

/** The services of a protocol that has no word for a drain, or is told not to say it. */
async function silent(_: unknown, protocol: Protocol) {
  const unannounced = protocol === dubbo ? { "meltemi.dev/codec": '{"readOnlyEvent": false}' } : {};
  const { aging, ending } = services;
  return {
    services: {
      aging: { annotations: { ...aging.annotations, ...unannounced } },
      ending: { annotations: { ...ending.annotations, ...unannounced } },
    },
  };
}

contract(
  "drains without a word to the client",
  silent,
  (world) => {
    /**
     * Bursts of calls at once, with quiet moments between them; gives how many calls there were, and how they failed. A client
     * that nobody tells may send its request into the close, which no proxy can help. So a burst is under way when its
     * connection is to end after so long, and the next one comes well behind the close.
     */
    async function bursts(caller: Caller, until: () => boolean, endsAfter = Number.POSITIVE_INFINITY) {
      const errors: unknown[] = [];
      let calls = 0;
      let opened = 0;
      let openedAt = 0;
      while (!until()) {
        const startedAt = Date.now();
        const answers = await Promise.all(Array.from({ length: 4 }, () => caller.call({ payload: "x" })));
        if (caller.opened > opened) openedAt = startedAt;
        opened = caller.opened;
        calls += answers.length;
        errors.push(...answers.flatMap(({ error }) => error ?? []));
        const age = Date.now() - openedAt;
        let next = age + 250 + Math.random() * 150;
        if (next > endsAfter - 100 && next < endsAfter + 500)
          next = age < endsAfter - 100 ? endsAfter - 10 : endsAfter + 500;
        await delay(next - age);
      }
      return { calls, errors };
    }

    test("connections end in quiet moments, and no request is lost", async () => {
      for (const backend of world().all) backend.latency = () => Math.random() * 20;
      const end = Date.now() + 4_600;
      const callers = Array.from({ length: 8 }, () => world().caller("aging"));
      const all = await Promise.all(callers.map((caller) => bursts(caller, () => Date.now() > end, 2_000)));
      expect(all.flatMap(({ errors }) => errors)).toEqual([]);
      for (const { calls } of all) expect(calls).toBeGreaterThan(30);
      for (const { opened } of callers) expect(opened).toBeGreaterThanOrEqual(2);
    });

    test("stream ids near their end: a quiet moment comes first, and no request is lost", async () => {
      const caller = world().caller("ending");
      let left = 10;
      const { errors } = await bursts(caller, () => left-- <= 0);
      expect(errors).toEqual([]);
      expect(caller.opened).toBeGreaterThan(1);
    });
  },
  { protocols: [dubbo, thrift, redis], lanes: HARDLY_MATTERS },
);

contract(
  "drains of clients that have no quiet moment",
  async (kind, protocol) => {
    const { aging } = (await silent(kind, protocol)).services;
    const annotations = { ...aging.annotations, "meltemi.dev/max-connection-duration": "1s" };
    const routes: Route[] = [{ match: { user: { prefix: "u" } }, to: "v1" }];
    return { services: { busy: { routes, annotations } } };
  },
  (world) => {
    test("new requests are taken for as long as the client is there", async () => {
      for (const backend of world().all) backend.latency = () => 20;
      const caller = world().caller("busy");
      const end = Date.now() + 7_500;
      // Always one under way while the others come and go. Each has a value that no other had, so by flows a stream of its own.
      const busy = Array.from({ length: 4 }, async (_, line) => {
        await delay(line * 5);
        for (let i = 0; Date.now() < end; i++)
          expect((await caller.call({ attributes: [["User", `u${line}/${i}`]] })).error).toBeUndefined();
      });
      await Promise.all(busy);
      expect(await world().stat(/ingress\.drains$/)).toBe(1);
      expect(caller.opened).toBe(1);
    });
  },
  { protocols: [dubbo], sideBySide: true },
);

contract(
  "stream ids at their end",
  silent,
  (world) => {
    test("with no quiet moment: native errors, and then another connection", async () => {
      const caller = world().caller("ending");
      const answers = await Promise.all(Array.from({ length: 40 }, () => caller.call({ payload: "x" })));
      const errors = answers.flatMap(({ error }) => error ?? []);
      expect(errors).toEqual(Array(16).fill("unavailable"));
      await until("an answer again", async () => {
        const { error } = await caller.call({ payload: "x" }).catch(() => ({ error: "cut" }));
        return error === undefined;
      });
      expect(caller.opened).toBeGreaterThan(1);
    });
  },
  // By flows these requests share one stream.
  { protocols: [dubbo, thrift, redis], lanes: ONE_BY_ONE },
);

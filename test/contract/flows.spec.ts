import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Attributes,
  type Backend,
  type Caller,
  Chopper,
  contract,
  freePort,
  type Lane,
  LONG,
  type Protocol,
  type Route,
  until,
} from "../support/index.js";

const FLOWS: readonly Lane[] = ["flow"];
const MIB = 1024 * 1024;
const CAP = 8;
/** With an expression, every user has a key of its own: what it tells apart only the proxy knows. */
const byUser: Route[] = [{ match: { user: { regex: "u.*" } }, to: { v1: 50, v2: 50 } }, { to: "v3" }];
const named = (...users: string[]): Route[] => [
  ...users.map((exact): Route => ({ match: { user: { exact } }, to: "v2" })),
  { match: { user: { prefix: "test-" } }, to: "v3" },
  { to: "v1" },
];
const limits = (flow: object) => ({ "meltemi.dev/flow": JSON.stringify(flow) });

let chopper: Chopper | undefined;
/** More endpoints than a world has, anew for each. */
let five: Backend[] = [];
const opened: Backend[] = [];
beforeAll(async () => {
  chopper = await Chopper.open();
});
afterAll(async () => {
  chopper?.close();
  await Promise.all(opened.map((backend) => backend.close()));
});

async function spec(_kind: unknown, protocol: Protocol) {
  five = await Promise.all(Array.from({ length: 5 }, (_, index) => protocol.backend(`v${index + 1}`)));
  opened.push(...five);
  const ports = Object.fromEntries(five.map(({ name, port }) => [name, port]));
  return {
    services: {
      keyed: { routes: byUser },
      large: { routes: byUser, annotations: { "meltemi.dev/max-frame-bytes": `${9 * MIB}` } },
      split: { routes: [{ to: { v1: 50, v2: 30, v3: 20 } }] as Route[] },
      changing: { routes: [{ to: "v1" }] as Route[] },
      named: { routes: named("Jason") },
      joining: { routes: named("Jason") },
      moving: {},
      toggled: { routes: byUser },
      spread: { backends: ports },
      halfdead: { backends: { v1: five[0]?.port ?? 0, v2: await freePort() } },
      chopped: {
        routes: [{ match: { user: { regex: "u.*" } }, to: "v1" }] as Route[],
        backends: { v1: chopper?.port ?? 0 },
      },
      capped: { routes: byUser, annotations: limits({ connectionStreams: CAP }) },
      crowded: { routes: byUser, annotations: limits({ workerStreams: CAP }) },
      waiting: { routes: byUser, annotations: limits({ connectionStreams: 2, overflow: "wait" }) },
      ageing: { routes: [{ to: "v1" }] as Route[], annotations: limits({ ageMs: 200 }) },
    },
  };
}

contract(
  "flows",
  spec,
  (world) => {
    const user = (value: string): Attributes => [["User", value]];
    const openedFlows = () => world().stat(/ingress\.flows_opened$/);

    test("1,000 callers over 50 connections, 20 keys, shuffled latencies: each answer to its caller", async () => {
      for (const backend of world().all) backend.latency = () => Math.random() * 40;
      const connections = Array.from({ length: 50 }, () => world().caller("keyed", 20_000));
      const run = async (index: number): Promise<void> => {
        const connection = connections[index % connections.length] as Caller;
        for (let turn = 0; turn < 5; turn++) {
          const nonce = `${index}/${turn}/${"x".repeat(index % 300)}`;
          const answer = await connection.call({ attributes: user(`u${index % 20}`), payload: nonce });
          expect([answer.error, answer.payload.toString()]).toEqual([undefined, nonce]);
        }
      };
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => run(index)));
      expect(connections.map(({ opened }) => opened)).toEqual(connections.map(() => 1));
      expect(world().counts().v3).toBe(0);
    });

    test("what no rule looks at is no part of a key: one stream, and one connection to a backend", async () => {
      const before = await openedFlows();
      const caller = world().caller("ageing");
      await Promise.all(Array.from({ length: 50 }, (_, index) => caller.call({ attributes: user(`u${index}`) })));
      expect((await openedFlows()) - before).toBe(1);
      expect(new Set(world().backends.v1.messages.map(({ connection }) => connection)).size).toBe(1);
    });

    test("users that no rule tells apart share streams, and each goes where rules say", async () => {
      const before = await openedFlows();
      const caller = world().caller("named");
      const users = Array.from({ length: 30 }, (_, index) => [
        "Jason",
        `test-${index}`,
        `jason${index}`,
        `test${index}`,
      ]);
      const calls = users.flat().map((name) => caller.call({ attributes: user(name) }));
      for (const { error } of await Promise.all([...calls, caller.call()])) expect(error).toBeUndefined();
      expect(world().counts()).toEqual({ v1: 61, v2: 30, v3: 30 });
      // Jason's, those that begin with «test-», all others, and who says no user.
      expect((await openedFlows()) - before).toBe(4);
    });

    test("when rules name one more user, nobody else is ever taken for him", async () => {
      let stop = false;
      const loads = Array.from({ length: 4 }, async (_, line) => {
        // New connections open new streams, also while routes are newer than what the codec has been told.
        while (!stop) {
          const caller = world().caller("joining");
          const said = ["Bob", `Alice${line}`].map((name) => caller.call({ attributes: user(name), payload: name }));
          for (const { error } of await Promise.all(said)) expect(error).toBeUndefined();
          caller.destroy();
        }
      });
      for (let turn = 0; turn < (LONG ? 10 : 3); turn++) {
        for (const [users, to] of [
          [["Jason", "Bob"], "v2"],
          [["Jason"], "v1"],
        ] as const) {
          world().route("joining", named(...users));
          const { length } = world().backends[to].messages;
          const later = () => world().backends[to].messages.slice(length);
          await until(`Bob to go to ${to}`, () => later().some(({ payload }) => payload.toString() === "Bob"));
        }
      }
      stop = true;
      await Promise.all(loads);
      const { v1, v2, v3 } = world().backends;
      expect(v2.messages.filter(({ payload }) => payload.toString().startsWith("Alice"))).toEqual([]);
      expect(v1.messages.filter(({ payload }) => payload.toString().startsWith("Alice")).length).toBeGreaterThan(5);
      expect(v3.messages).toEqual([]);
    });

    test("one client's requests spread over five endpoints", async () => {
      const requests = LONG ? 20_000 : 2_000;
      const caller = world().caller("spread", 20_000);
      for (let i = 0; i < requests / 50; i++) await Promise.all(Array.from({ length: 50 }, () => caller.call()));
      for (const { messages } of five) {
        expect(messages.length).toBeGreaterThan(requests / 10);
        expect(messages.length).toBeLessThan((requests / 5) * 2);
      }
      expect(caller.opened).toBe(1);
    });

    test("one client's requests are split exactly, by a chi-squared test", async () => {
      const requests = LONG ? 10_000 : 2_000;
      const caller = world().caller("split", 20_000);
      for (let i = 0; i < requests / 50; i++) await Promise.all(Array.from({ length: 50 }, () => caller.call()));
      const { v1, v2, v3 } = world().counts();
      expect(v1 + v2 + v3).toBe(requests);
      const square = (count: number, share: number) => (count - share * requests) ** 2 / (share * requests);
      // Two degrees of freedom: 18.4 is passed by chance once in 10,000 runs.
      expect(square(v1, 0.5) + square(v2, 0.3) + square(v3, 0.2)).toBeLessThan(18.4);
    });

    test("answers that come byte by byte on several streams are whole, and each its caller's", async () => {
      if (chopper === undefined) throw new Error("there is no relay");
      chopper.target = world().backends.v1.port;
      const connections = Array.from({ length: 5 }, () => world().caller("chopped", 20_000));
      const calls = Array.from({ length: 100 }, async (_, index) => {
        const payload = `${index}/${"y".repeat(index)}`;
        const connection = connections[index % connections.length];
        const answer = await connection?.call({ attributes: user(`u${index % 7}`), payload });
        expect([answer?.error, answer?.payload.toString()]).toEqual([undefined, payload]);
      });
      await Promise.all(calls);
    });

    test("an endpoint that cannot be reached costs no request, and is left out", async () => {
      for (let i = 0; i < 12; i++) {
        const caller = world().caller("halfdead");
        for (let j = 0; j < 4; j++) expect((await caller.call()).error).toBeUndefined();
        caller.destroy();
      }
      expect(await world().stat(/cluster\.meltemi\.flow\|.*halfdead.*outlier_detection\.ejections_active$/)).toBe(1);
    });

    test("a rule change takes hold at once on open connections, and costs no request", async () => {
      const callers = Array.from({ length: 4 }, () => world().caller("changing"));
      const listeners = await world().proxy.listenerVersions();
      let stop = false;
      const loads = callers.map(async (caller) => {
        let calls = 0;
        for (; !stop; calls++) expect((await caller.call({ payload: `${calls}` })).error).toBeUndefined();
        return calls;
      });
      const probe = world().caller("changing");
      for (const to of ["v2", "v3", "v1", "v2"] as const) {
        world().route("changing", [{ to }]);
        await until(`requests to go to ${to}`, async () => {
          const { length } = world().backends[to].messages;
          await probe.call();
          return world().backends[to].messages.length > length;
        });
      }
      // What is wanted of each request moves them to the request lane, and back.
      const revised: Attributes = [["Revision", "1"]];
      world().route("changing", [{ to: "v3", response: revised }]);
      await until("the answers to be changed", async () =>
        (await probe.call()).attributes.some(([name]) => name === "Revision"),
      );
      const before = await openedFlows();
      world().route("changing", [{ to: "v1" }]);
      await until("flows to be opened again", async () => {
        await probe.call();
        return (await openedFlows()) > before;
      });
      stop = true;
      expect(Math.min(...(await Promise.all(loads)))).toBeGreaterThan(20);
      expect([...callers, probe].map(({ opened: count }) => count)).toEqual([1, 1, 1, 1, 1]);
      expect(await world().proxy.listenerVersions()).toEqual(listeners);
    });

    test.each([
      ["a DestinationRule", { policy: { connectionPool: { tcp: { maxConnections: 64 } } } }],
      ["the annotation", { annotations: { "meltemi.dev/lane": "request" } }],
    ])("%s moves requests to the other lane and back, and leaves the listener as it is", async (_, change) => {
      const listeners = await world().proxy.listenerVersions();
      const oneByOne = () => world().stat(/egress\.requests$/);
      const caller = world().caller("moving");
      /** Calls until that many are counted. */
      const counted = (what: string, count: () => Promise<number>, before: number) =>
        until(what, async () => {
          expect((await caller.call()).error).toBeUndefined();
          return (await count()) > before;
        });
      await counted("requests to go by flows", openedFlows, await openedFlows());
      const before = await oneByOne();
      world().rules("moving", change);
      await counted("requests to go one by one", oneByOne, before);
      const opened = await openedFlows();
      world().rules("moving", {});
      await counted("flows to be opened again", openedFlows, opened);
      expect(caller.opened).toBe(1);
      expect(await world().proxy.listenerVersions()).toEqual(listeners);
    });

    test("rules that ask for more and take it back, while each request opens a stream: none is lost", async () => {
      let stop = false;
      const loads = Array.from({ length: 4 }, async (_, line) => {
        const caller = world().caller("toggled");
        for (let i = 0; !stop; i++)
          expect((await caller.call({ attributes: user(`u${line}/${i}`) })).error).toBeUndefined();
      });
      const probe = world().caller("toggled");
      for (let turn = 0; turn < 4; turn++) {
        for (const response of [[["Revision", "1"]], []] as Attributes[]) {
          world().route(
            "toggled",
            byUser.map((route) => ({ ...route, response })),
          );
          await until("the rule to hold", async () => {
            const { attributes } = await probe.call({ attributes: user("u") });
            return attributes.some(([name]) => name === "Revision") === response.length > 0;
          });
        }
      }
      stop = true;
      await Promise.all(loads);
    });

    test("streams age, and their end costs no request", async () => {
      const before = await openedFlows();
      // Other services' requests have left theirs, which stay.
      const { v1 } = world().backends;
      const others = v1.connections;
      const caller = world().caller("ageing");
      const end = Date.now() + 1_500;
      while (Date.now() < end) expect((await caller.call({ payload: "x" })).error).toBeUndefined();
      expect((await openedFlows()) - before).toBeGreaterThanOrEqual(4);
      await until("old connections to be gone", () => v1.connections <= others + 2);
    });

    test("streams of a client that says nothing more end when they are old, and its connection serves on", async () => {
      const caller = world().caller("ageing");
      expect((await caller.call()).error).toBeUndefined();
      await until("its stream to be gone", async () => (await world().stat(/ingress\.flows_active$/)) === 0);
      expect((await caller.call()).error).toBeUndefined();
      expect(caller.opened).toBe(1);
    });

    test("a new key in each request costs a bounded number of connections, and hurts nobody else", async () => {
      const caller = world().caller("capped", 20_000);
      const other = world().caller("capped", 20_000);
      expect((await other.call({ attributes: user("other") })).error).toBeUndefined();
      const before = world().proxy.rss();
      for (let i = 0; i < 300; i++) {
        expect((await caller.call({ attributes: user(`u${i}`) })).error).toBeUndefined();
        if (i % 10 === 0) expect((await other.call({ attributes: user("other") })).error).toBeUndefined();
        const { v1, v2 } = world().backends;
        expect(v1.connections + v2.connections).toBeLessThanOrEqual(3 * CAP);
      }
      expect(world().proxy.rss() - before).toBeLessThan(32 * MIB);
    });

    test("a client that takes all of a worker's streams leaves one to each other client", async () => {
      for (const backend of world().all) backend.latency = () => 300;
      const greedy = world().caller("crowded");
      const others = Array.from({ length: 3 }, () => world().caller("crowded"));
      const taken = Array.from({ length: 2 * CAP }, (_, index) => greedy.call({ attributes: user(`u${index}`) }));
      await until("its requests to be under way", () => world().counts().v1 + world().counts().v2 >= CAP / 2);
      for (const other of others) expect((await other.call({ attributes: user("u1") })).error).toBeUndefined();
      const errors = (await Promise.all(taken)).filter(({ error }) => error !== undefined);
      expect(errors.length).toBeGreaterThanOrEqual(CAP);
    });

    test("more keys at a time than streams: errors at once, and the connection serves on", async () => {
      for (const backend of world().all) backend.latency = () => 300;
      const caller = world().caller("capped");
      const answers = await Promise.all(
        Array.from({ length: 3 * CAP }, (_, index) => caller.call({ attributes: user(`u${index}`) })),
      );
      expect(answers.filter(({ error }) => error === undefined).length).toBe(CAP);
      for (const backend of world().all) backend.latency = () => 0;
      expect((await caller.call({ attributes: user("u99") })).error).toBeUndefined();
      expect(caller.opened).toBe(1);
    });

    test("where they are to wait, they wait and are all served", async () => {
      for (const backend of world().all) backend.latency = () => 20;
      const caller = world().caller("waiting", 20_000);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => caller.call({ attributes: user(`u${index}`), payload: `${index}` })),
      );
      expect(answers.map(({ error, payload }) => [error, payload.toString()])).toEqual(
        answers.map((_, index) => [undefined, `${index}`]),
      );
    });

    test("a backend that reads slowly: frames larger than a window go on in pieces", async () => {
      const caller = world().caller("large", 30_000);
      const payload = Buffer.alloc(8 * MIB, "y");
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => caller.call({ attributes: user("big"), payload })),
      );
      expect(answers.map(({ error, payload: back }) => [error, back.length])).toEqual(
        answers.map(() => [undefined, payload.length]),
      );
      expect(caller.opened).toBe(1);
    });
  },
  { lanes: FLOWS },
);

import { expect, test } from "vitest";
import { type Attributes, type Caller, contract, type Lane, type Route, until } from "../support/index.js";

const FLOWS: readonly Lane[] = ["flow"];
const CAP = 8;
const byUser: Route[] = [{ match: { user: { prefix: "u" } }, to: { v1: 50, v2: 50 } }, { to: "v3" }];
const services = {
  keyed: { routes: byUser },
  changing: { routes: [{ to: "v1" }] as Route[] },
  spread: {},
  capped: { routes: byUser, annotations: { "meltemi.dev/flow": JSON.stringify({ connectionStreams: CAP }) } },
  waiting: {
    routes: byUser,
    annotations: { "meltemi.dev/flow": JSON.stringify({ connectionStreams: 2, overflow: "wait" }) },
  },
  ageing: { routes: [{ to: "v1" }] as Route[], annotations: { "meltemi.dev/flow": JSON.stringify({ ageMs: 200 }) } },
};

contract("flows", { services, lanes: FLOWS }, (world) => {
  const user = (value: string): Attributes => [["User", value]];
  const opened = () => world().stat(/ingress\.flows_opened$/);

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
    const before = await opened();
    const caller = world().caller("ageing");
    await Promise.all(Array.from({ length: 50 }, (_, index) => caller.call({ attributes: user(`u${index}`) })));
    expect((await opened()) - before).toBe(1);
    expect(new Set(world().backends.v1.messages.map(({ connection }) => connection)).size).toBe(1);
  });

  test("one client's requests spread over all endpoints", async () => {
    const caller = world().caller("spread", 20_000);
    for (let i = 0; i < 100; i++) await Promise.all(Array.from({ length: 30 }, () => caller.call()));
    for (const count of Object.values(world().counts())) {
      expect(count).toBeGreaterThan(500);
      expect(count).toBeLessThan(2_000);
    }
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
    const before = await opened();
    world().route("changing", [{ to: "v1" }]);
    await until("flows to be opened again", async () => {
      await probe.call();
      return (await opened()) > before;
    });
    stop = true;
    expect(Math.min(...(await Promise.all(loads)))).toBeGreaterThan(20);
    expect([...callers, probe].map(({ opened: count }) => count)).toEqual([1, 1, 1, 1, 1]);
    expect(await world().proxy.listenerVersions()).toEqual(listeners);
  });

  test("streams age, and their end costs no request", async () => {
    const before = await opened();
    const caller = world().caller("ageing");
    const end = Date.now() + 1_500;
    while (Date.now() < end) expect((await caller.call({ payload: "x" })).error).toBeUndefined();
    expect((await opened()) - before).toBeGreaterThanOrEqual(4);
    await until("old connections to be gone", () => world().backends.v1.connections <= 2);
  });

  test("a new key in each request costs a bounded number of connections", async () => {
    const caller = world().caller("capped", 20_000);
    for (let i = 0; i < 300; i++) {
      expect((await caller.call({ attributes: user(`u${i}`) })).error).toBeUndefined();
      const { v1, v2 } = world().backends;
      expect(v1.connections + v2.connections).toBeLessThanOrEqual(3 * CAP);
    }
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
    const caller = world().caller("keyed", 30_000);
    const payload = Buffer.alloc(6_000_000, "y");
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => caller.call({ attributes: user("big"), payload })),
    );
    expect(answers.map(({ error, payload: back }) => [error, back.length])).toEqual(
      answers.map(() => [undefined, payload.length]),
    );
    expect(caller.opened).toBe(1);
  });
});

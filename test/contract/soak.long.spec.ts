import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { contract, ONE_BY_ONE, type Route, until, type World } from "../support/index.js";

const DURATION = 120_000;

const routes = (revision: number): Route[] => [
  { match: { user: { exact: "Jason" } }, to: "v2", response: [["Revision", `${revision}`]] },
  { to: { v1: 1 + (revision % 9), v3: 5 }, mirror: "v2", request: [["Revision", `${revision}`]] },
];
/** Rules that only match and split, and now and then ask for more: requests go to the other lane, and back. */
const splitting = (revision: number): Route[] => [
  {
    match: { user: { exact: "Jason" } },
    to: "v2",
    ...(revision % 4 === 3 && { response: [["Revision", `${revision}`]] as const }),
  },
  { to: { v1: 1 + (revision % 9), v3: 5 } },
];

const spec = (first: Route[], more: Readonly<Record<string, string>> = {}) => ({
  services: { soak: { routes: first, annotations: { "meltemi.dev/max-connection-duration": "5s", ...more } } },
  concurrency: 2,
});

contract("soak", spec(routes(0)), (world) => soak(world, routes), { lanes: ONE_BY_ONE });
contract(
  "soak",
  spec(splitting(0), { "meltemi.dev/flow": '{"ageMs":1000}' }),
  (world) => {
    soak(world, splitting);
    test("most of it went by flows that were opened anew", async () => {
      expect(await world().stat(/ingress\.flows_opened$/)).toBeGreaterThan(1_000);
    });
  },
  { lanes: ["flow"] },
);

function soak(world: () => World, routes: (revision: number) => Route[]): void {
  test("two minutes of everything at once: each request has its own answer", { timeout: DURATION * 2 }, async () => {
    const { v1, v2, v3 } = world().backends;
    for (const backend of [v1, v2, v3]) backend.latency = () => Math.random() ** 4 * 200;
    const end = Date.now() + DURATION;
    const counts = { good: 0, lost: 0, left: 0 };
    const callers = Array.from({ length: 20 }, () => world().caller("soak", 10_000));

    const steady = callers.map(async (caller, lane) => {
      for (let i = 0; Date.now() < end; i++) {
        const nonce = `${lane}/${i}`;
        const size = Math.random() < 0.02 ? 300_000 : 300;
        const attributes = i % 3 === 0 ? ([["User", "Jason"]] as const) : [];
        const payload = nonce.padEnd(size, ".");
        const answer = await caller.call({ attributes, payload }).catch((error: unknown) => {
          const seen = world().all.flatMap(({ name, messages }) =>
            messages.filter((message) => message.payload.toString().startsWith(`${nonce}.`)).map(() => name),
          );
          throw new Error(
            `request ${nonce} of ${size} bytes, seen lately by [${seen}], after ${JSON.stringify(counts)}: ${error}`,
          );
        });
        if (answer.error === undefined) expect(answer.payload.toString().replace(/\.+$/, "")).toBe(nonce);
        counts[answer.error === undefined ? "good" : "lost"] += 1;
      }
    });
    const leaving = Array.from({ length: 4 }, async () => {
      while (Date.now() < end) {
        const caller = world().caller("soak");
        const calls = Array.from({ length: 5 }, () => caller.call({ payload: "leaving" }).catch(() => undefined));
        await caller.notify({ payload: "one way" });
        await delay(Math.random() * 100);
        caller.destroy();
        await Promise.all(calls);
        counts.left += 1;
      }
    });
    const rules = (async () => {
      for (let revision = 1; Date.now() < end; revision++) {
        world().route("soak", routes(revision));
        await delay(500);
        for (const backend of world().all) backend.messages.length = 0;
      }
    })();
    await Promise.all([...steady, ...leaving, rules]);

    console.log(
      `soak, ${world().protocol.name} on ${world().proxy.kind}: ${counts.good} answers, ${counts.lost} lost, ` +
        `${counts.left} clients left early, ${(world().proxy.rss() / 1e6).toFixed(1)} MB resident`,
    );
    expect(counts.lost).toBe(0);
    expect(counts.good).toBeGreaterThan(5_000);
    expect(counts.left).toBeGreaterThan(100);
    await until(
      "no request to be active",
      async () => (await world().stat(/^http\..*_9000\.downstream_rq_active$/)) === 0,
    );
  });
}

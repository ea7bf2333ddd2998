import { expect, test } from "vitest";
import { awesomerpc, contract, dubbo, freePort, until } from "../support/index.js";

const LATENCY_MS = 70;
// The host knows times by buckets: this one begins at 50.
const AT_LEAST_MS = 50;

async function spec() {
  return { services: { counted: {}, refused: { backends: { v1: await freePort() } } } };
}

contract(
  "calls",
  spec,
  (world) => {
    const of = (service: string, operation: string) => `;service=${service}\\.test:9000;operation=[^;]+/${operation}`;
    const count = (service: string, operation: string, status: string) =>
      world().stat(new RegExp(`\\.ingress\\.calls${of(service, operation)};status=${status}$`));

    test("are counted by service, operation and how they ended, and their time is taken", async () => {
      for (const backend of world().all) {
        backend.latency = () => LATENCY_MS;
        backend.reply = ({ operation }) => ({ business: operation === "refuse" });
      }
      const caller = world().caller("counted");
      await Promise.all(Array.from({ length: 7 }, () => caller.call({ operation: "buy" })));
      await Promise.all(Array.from({ length: 3 }, () => caller.call({ operation: "refuse" })));
      await caller.notify({ operation: "tell" });
      await world().caller("refused").call({ operation: "buy" });
      expect({
        buy: await count("counted", "buy", "ok"),
        refuse: await count("counted", "refuse", "business_error"),
        tell: await count("counted", "tell", "one_way"),
        refused: await count("refused", "buy", "local"),
      }).toEqual({ buy: 7, refuse: 3, tell: 1, refused: 1 });
      const median = await until("the proxy to tell times", async () => {
        const text = await world().proxy.statsText();
        const found = new RegExp(`\\.ingress\\.call_ms${of("counted", "buy")}: .* P50\\([^,]+,(\\d+)`).exec(text);
        return found === null ? false : Number(found[1]);
      });
      expect(median).toBeGreaterThanOrEqual(AT_LEAST_MS);
      expect(median).toBeLessThan(1_000);
    });

    test("callers that make up operations fill 200 of them, and the rest share one", async () => {
      const caller = world().caller("counted");
      for (let i = 0; i < 10; i++) {
        await Promise.all(Array.from({ length: 40 }, (_, j) => caller.call({ operation: `made-up;${i}=${j}\n` })));
      }
      const names = [...(await world().proxy.stats()).keys()];
      const calls = names.filter((name) => /\.ingress\.calls;service=counted/.test(name));
      expect(calls.length).toBeLessThan(220);
      expect(calls.every((name) => /;operation=[^;=]+;status=\w+$/.test(name))).toBe(true);
      const others = await world().stat(/\.ingress\.calls;service=counted\.test:9000;operation=other;status=ok$/);
      expect(others).toBeGreaterThanOrEqual(190);
    });
  },
  { protocols: [awesomerpc, dubbo] },
);

import "../../../testing/vitest.js";
import { describe, expect, it } from "vitest";
import { type HttpExchange, TestHost, type TestModule } from "../../../testing/index.js";

const MODULE = new URL("../../../build/wasm/http/fault-injection.wasm", import.meta.url);
const MILLISECOND = 1;

async function load(configuration: object) {
  const host = new TestHost();
  return { host, filter: await host.load(MODULE, { configuration }) };
}

/** A request; its route may say something in its metadata. */
function send(filter: TestModule, attributes: Record<string, string> = {}, route?: string): HttpExchange {
  const said = { filter_metadata: { "meltemi.fault-injection": { config: route } } };
  return filter.http({ properties: route === undefined ? {} : { xds: { route_metadata: said } } }).request(attributes);
}

/** How many of 10,000 requests are answered in a backend's place. */
async function aborted(percentage: number, seed: number): Promise<number> {
  const { filter } = await load({ seed, faults: [{ percentage, abort: { status: 503 } }] });
  let count = 0;
  for (let i = 0; i < 10_000; i++) if (send(filter).end().localReply) count++;
  return count;
}

describe("fault-injection", () => {
  it("says what is wrong with a configuration, field by field", async () => {
    const configuration = {
      seed: -1,
      faults: [
        { percentage: 101, delay: 0 },
        { delay: 1, abort: { status: 99, code: 1 } },
        { percentage: 1, match: [{ values: "x" }], abort: { exception: "" }, dela: 1 },
        { percentage: 1 },
      ],
      fault: [],
    };
    const refusal = await new TestHost().refusal(MODULE, { configuration });
    for (const words of [
      "seed: expected a whole number from 0 to 4294967295, found the number -1",
      "faults[0].percentage: expected a number from 0 to 100, found the number 101",
      "faults[0].delay: expected a whole number from 1 to 3600000, found the number 0",
      "faults[1].percentage: expected a number from 0 to 100, it is missing",
      'faults[1].abort: expected exactly one of "status", "code" and "exception"',
      "faults[1].abort.status: expected a whole number from 200 to 599, found the number 99",
      "faults[2].match[0].name: expected a string, it is missing",
      "faults[2].match[0].values: expected an array of strings",
      "faults[2].abort.exception: expected a class's name",
      "faults[2].dela: unknown field",
      'faults[3]: expected "delay", "abort" or both',
      "fault: unknown field; there are: attributes, seed, faults",
    ]) {
      expect(refusal).toContain(words);
    }
  });

  it("answers with a status, and says what the application is to hear", async () => {
    const abort = { code: 42, message: "slow down" };
    const { filter } = await load({ faults: [{ percentage: 100, abort }] });
    const exchange = send(filter);
    expect(exchange).not.toHavePassed();
    expect(exchange).toHaveReplied(500, "slow down");
    expect(exchange.localReply?.details).toBe("fault_filter_abort");
    expect(exchange.localReply?.headers).toEqual([
      ["x-meltemi-fault", "abort"],
      ["x-meltemi-code", "42"],
      ["content-type", "text/plain"],
    ]);
  });

  it("strikes what it is about: every condition holds, by one of its values", async () => {
    const match = [{ name: "Command", values: ["GET", "s t"] }, { name: "key" }];
    const { filter } = await load({ faults: [{ match, percentage: 100, abort: { status: 503 } }] });
    expect(send(filter, { command: "GET", key: "" })).toHaveReplied();
    expect(send(filter, { command: "s t", key: "k" })).toHaveReplied();
    expect(send(filter, { command: "GET" })).toHavePassed();
    expect(send(filter, { command: "SET", key: "k" })).toHavePassed();
    expect(send(filter)).toHavePassed();
  });

  it.each([50, 12.5, 1, 0.25])("strikes %d of 100, by a χ² test over 20 times 10,000 requests", async (percentage) => {
    const expected = percentage * 100;
    let sum = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const difference = (await aborted(percentage, seed)) - expected;
      sum += difference ** 2 / expected + difference ** 2 / (10_000 - expected);
    }
    // 20 degrees of freedom: more than 45.3 comes by chance once in 1,000 times, less than 5.9 likewise.
    expect(sum).toBeLessThan(45.3);
    expect(sum).toBeGreaterThan(5.9);
  });

  it("strikes none of 100 and all of 100", async () => {
    expect([await aborted(0, 1), await aborted(100, 1)]).toEqual([0, 10_000]);
  });

  it("repeats a seeded run", async () => {
    const run = async (seed: number) => {
      const { filter } = await load({ seed, faults: [{ percentage: 30, abort: { status: 503 } }] });
      return Array.from({ length: 100 }, () => send(filter).upstream.arrived);
    };
    expect(await run(7)).toEqual(await run(7));
    expect(await run(7)).not.toEqual(await run(8));
  });

  it("decides alike about all parts of a split request, whatever their routes", async () => {
    const faults = [{ percentage: 50, abort: { status: 503 } }];
    const { filter } = await load({ faults });
    const routes = [undefined, JSON.stringify({ seed: 1, faults }), JSON.stringify({ seed: 2, faults })];
    let struck = 0;
    for (let whole = 1; whole <= 2_000; whole++) {
      const fates = routes.map((route) => send(filter, { "x-meltemi-part": `${whole}` }, route).upstream.arrived);
      expect(new Set(fates).size).toBe(1);
      if (!fates[0]) struck++;
    }
    expect(struck).toBeGreaterThan(900);
    expect(struck).toBeLessThan(1_100);
  });

  it("heeds no such word of a client of plain HTTP", async () => {
    const { filter } = await load({ attributes: false, faults: [{ percentage: 50, abort: { status: 503 } }] });
    const fates = Array.from({ length: 100 }, () => send(filter, { "x-meltemi-part": "7" }).upstream.arrived);
    expect(new Set(fates).size).toBe(2);
  });

  it("lets 1,000 requests go each in the millisecond of its own delay, whatever their order", async () => {
    const { host, filter } = await load({});
    const sent = Array.from({ length: 1_000 }, (_, index) => {
      const delay = 1 + ((index * 7_919) % 1_000);
      const route = JSON.stringify({ faults: [{ percentage: 100, delay }] });
      return { delay, exchange: send(filter, {}, route) };
    });
    expect(sent.every(({ exchange }) => exchange.isPaused("request"))).toBe(true);
    for (let time = 1; time <= 1_000; time++) {
      host.pass(MILLISECOND);
      const early = sent.filter(({ delay, exchange }) => delay > time && exchange.upstream.arrived);
      const late = sent.filter(({ delay, exchange }) => delay <= time && !exchange.upstream.arrived);
      expect([early.length, late.length]).toEqual([0, 0]);
    }
    expect(sent.every(({ exchange }) => exchange.asked.join() === "continue the request")).toBe(true);
    expect(host.clock.timers).toBe(0);
  });

  it("adds delays up, and then answers with the first abort", async () => {
    const { host, filter } = await load({
      faults: [
        { percentage: 100, delay: 30 },
        { percentage: 100, delay: 20, abort: { status: 503, message: "first" } },
        { percentage: 100, abort: { status: 504, message: "second" } },
      ],
    });
    const exchange = send(filter);
    host.pass(49);
    expect(exchange.asked).toEqual([]);
    host.pass(1);
    expect(exchange).toHaveReplied(503, "first");
  });

  it("forgets who leaves, and wakes for nobody", async () => {
    const { host, filter } = await load({ faults: [{ percentage: 100, delay: 100 }] });
    const sent = Array.from({ length: 50 }, () => send(filter));
    for (const [index, exchange] of sent.entries()) if (index % 3 !== 0) exchange.end();
    host.pass(100);
    expect(sent.map(({ asked }) => asked.length)).toEqual(sent.map((_, index) => (index % 3 === 0 ? 1 : 0)));
    host.pass(1);
    expect([host.clock.timers, filter.failure]).toEqual([0, undefined]);
  });

  it("takes a route's faults in the place of its own; what it cannot read does no harm", async () => {
    const { host, filter } = await load({ faults: [{ percentage: 100, abort: { status: 503 } }] });
    expect(send(filter)).toHaveReplied(503);
    expect(send(filter, {}, "{}")).toHavePassed();
    expect(send(filter, {}, '{"faults":[{"percentage":100}]}')).toHavePassed();
    expect(host.logs).toHaveLogged('fault-injection: route metadata: faults[0]: expected "delay", "abort" or both');
  });
});

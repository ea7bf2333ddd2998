import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type HttpStream, ofMessage, type Plugin, type PropertyValue } from "../../../host/vm/index.js";
import { Bench, FakeHttp, headers, must } from "../../../host/vm/spec/kit.support.js";
import { MetadataSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";

const CODE = readFileSync(new URL("../../../build/wasm/http/fault-injection.wasm", import.meta.url));
const CONTINUE = 0;
const MILLISECOND = 1;

interface Sent {
  readonly http: FakeHttp;
  readonly stream: HttpStream;
  /** Whether the request went on at once. */
  readonly passed: boolean;
}

class World {
  readonly bench = new Bench();

  options(configuration: object) {
    return {
      name: "fault-injection",
      rootId: "",
      vm: { vmId: "fault-injection", code: CODE },
      configuration: Buffer.from(JSON.stringify(configuration)),
    };
  }

  load(configuration: object): Promise<Plugin> {
    return this.bench.load(this.options(configuration));
  }

  /** Why a configuration is refused. */
  async refusal(configuration: object): Promise<string> {
    const result = await this.bench.registry.plugin(this.options(configuration));
    return result.ok ? "accepted" : result.reason;
  }

  send(plugin: Plugin, attributes: [string, string][] = [], route?: string): Sent {
    const http = new FakeHttp();
    if (route !== undefined) http.properties = { xds: routeSaying(route) };
    const stream = must(plugin.httpStream(http));
    const status = stream.onRequestHeaders(headers([":path", "/"], ...attributes), false);
    return { http, stream, passed: status === CONTINUE };
  }
}

function routeSaying(config: string): PropertyValue {
  const filterMetadata = { "meltemi.fault-injection": { config } };
  const metadata = ofMessage(MetadataSchema, create(MetadataSchema, { filterMetadata }));
  return { kind: "namespace", get: (key) => (key === "route_metadata" ? metadata : undefined) };
}

/** How many of 10,000 requests are answered in a backend's place. */
async function aborted(percentage: number, seed: number): Promise<number> {
  const world = new World();
  const plugin = await world.load({ seed, faults: [{ percentage, abort: { status: 503 } }] });
  let count = 0;
  for (let i = 0; i < 10_000; i++) {
    const { passed, stream } = world.send(plugin);
    stream.destroy();
    if (!passed) count++;
  }
  return count;
}

describe("fault-injection", () => {
  it("says what is wrong with a configuration, field by field", async () => {
    const world = new World();
    const refusal = await world.refusal({
      seed: -1,
      faults: [
        { percentage: 101, delay: 0 },
        { delay: 1, abort: { status: 99, code: 1 } },
        { percentage: 1, match: [{ values: "x" }], abort: { exception: "" }, dela: 1 },
        { percentage: 1 },
      ],
      fault: [],
    });
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
    const world = new World();
    const abort = { code: 42, message: "slow down" };
    const { http, passed } = world.send(await world.load({ faults: [{ percentage: 100, abort }] }));
    expect(passed).toBe(false);
    const [reply] = http.replies;
    expect([reply?.status, Buffer.from(reply?.body ?? []).toString(), reply?.details]).toEqual([
      500,
      "slow down",
      "fault_filter_abort",
    ]);
    expect(reply?.headers).toEqual([
      ["x-meltemi-fault", "abort"],
      ["x-meltemi-code", "42"],
      ["content-type", "text/plain"],
    ]);
  });

  it("strikes what it is about: every condition holds, by one of its values", async () => {
    const world = new World();
    const match = [{ name: "Command", values: ["GET", "s t"] }, { name: "key" }];
    const plugin = await world.load({ faults: [{ match, percentage: 100, abort: { status: 503 } }] });
    const passed = (...attributes: [string, string][]) => world.send(plugin, attributes).passed;
    expect(passed(["command", "GET"], ["key", ""])).toBe(false);
    expect(passed(["command", "s t"], ["key", "k"])).toBe(false);
    expect(passed(["command", "GET"])).toBe(true);
    expect(passed(["command", "SET"], ["key", "k"])).toBe(true);
    expect(passed()).toBe(true);
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
      const world = new World();
      const plugin = await world.load({ seed, faults: [{ percentage: 30, abort: { status: 503 } }] });
      return Array.from({ length: 100 }, () => world.send(plugin).passed);
    };
    expect(await run(7)).toEqual(await run(7));
    expect(await run(7)).not.toEqual(await run(8));
  });

  it("decides alike about all parts of a split request, whatever their routes", async () => {
    const world = new World();
    const faults = [{ percentage: 50, abort: { status: 503 } }];
    const plugin = await world.load({ faults });
    const routes = [undefined, JSON.stringify({ seed: 1, faults }), JSON.stringify({ seed: 2, faults })];
    let struck = 0;
    for (let whole = 1; whole <= 2_000; whole++) {
      const fates = routes.map((route) => world.send(plugin, [["x-meltemi-part", `${whole}`]], route).passed);
      expect(new Set(fates).size).toBe(1);
      if (!fates[0]) struck++;
    }
    expect(struck).toBeGreaterThan(900);
    expect(struck).toBeLessThan(1_100);
  });

  it("heeds no such word of a client of plain HTTP", async () => {
    const world = new World();
    const plugin = await world.load({ attributes: false, faults: [{ percentage: 50, abort: { status: 503 } }] });
    const fates = Array.from({ length: 100 }, () => world.send(plugin, [["x-meltemi-part", "7"]]).passed);
    expect(new Set(fates).size).toBe(2);
  });

  it("lets 1,000 requests go each in the millisecond of its own delay, whatever their order", async () => {
    const world = new World();
    const plugin = await world.load({});
    const sent = Array.from({ length: 1_000 }, (_, index) => {
      const delay = 1 + ((index * 7_919) % 1_000);
      return { delay, ...world.send(plugin, [], JSON.stringify({ faults: [{ percentage: 100, delay }] })) };
    });
    expect(sent.every(({ passed }) => !passed)).toBe(true);
    for (let time = 1; time <= 1_000; time++) {
      world.bench.clock.pass(MILLISECOND);
      const early = sent.filter(({ delay, http }) => delay > time && http.done.length > 0);
      const late = sent.filter(({ delay, http }) => delay <= time && http.done.join() !== "continue 0");
      expect([early.length, late.length]).toEqual([0, 0]);
    }
    expect(world.bench.clock.timers).toBe(0);
  });

  it("adds delays up, and then answers with the first abort", async () => {
    const world = new World();
    const plugin = await world.load({
      faults: [
        { percentage: 100, delay: 30 },
        { percentage: 100, delay: 20, abort: { status: 503, message: "first" } },
        { percentage: 100, abort: { status: 504, message: "second" } },
      ],
    });
    const { http } = world.send(plugin);
    world.bench.clock.pass(49);
    expect(http.done).toEqual([]);
    world.bench.clock.pass(1);
    expect(http.done).toEqual(["local 503"]);
  });

  it("forgets who leaves, and wakes for nobody", async () => {
    const world = new World();
    const plugin = await world.load({ faults: [{ percentage: 100, delay: 100 }] });
    const sent = Array.from({ length: 50 }, () => world.send(plugin));
    for (const [index, { stream }] of sent.entries()) if (index % 3 !== 0) stream.destroy();
    world.bench.clock.pass(100);
    expect(sent.map(({ http }) => http.done.length)).toEqual(sent.map((_, index) => (index % 3 === 0 ? 1 : 0)));
    world.bench.clock.pass(1);
    expect([world.bench.clock.timers, plugin.healthy]).toEqual([0, true]);
  });

  it("takes a route's faults in the place of its own; what it cannot read does no harm", async () => {
    const world = new World();
    const plugin = await world.load({ faults: [{ percentage: 100, abort: { status: 503 } }] });
    expect(world.send(plugin).passed).toBe(false);
    expect(world.send(plugin, [], "{}").passed).toBe(true);
    expect(world.send(plugin, [], '{"faults":[{"percentage":100}]}').passed).toBe(true);
    const lines = world.bench.lines.map(({ message }) => message);
    expect(lines.join("\n")).toContain('fault-injection: route metadata: faults[0]: expected "delay", "abort" or both');
  });
});

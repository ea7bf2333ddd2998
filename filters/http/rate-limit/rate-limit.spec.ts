import { readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GrpcCall, type GrpcEvents, ofMessage, type PropertyValue, Status } from "../../../host/vm/index.js";
import { Bench, FakeHttp, headers, must } from "../../../host/vm/spec/kit.support.js";
import { TestMetrics } from "../../../testing/index.js";
import { MetadataSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { GrpcServiceSchema } from "../../../xds/gen/envoy/config/core/v3/grpc_service_pb.js";

const CODE = readFileSync(new URL("../../../build/wasm/http/rate-limit.wasm", import.meta.url));
const CONTINUE = 0;
/** RateLimitResponse.overall_code: OK and OVER_LIMIT. */
const OK = Uint8Array.of(0x08, 1);
const OVER_LIMIT = Uint8Array.of(0x08, 2);

interface Call {
  readonly call: GrpcCall;
  readonly unary: Uint8Array | undefined;
  readonly events: GrpcEvents;
}

class World {
  readonly calls: Call[] = [];
  readonly metrics = new TestMetrics();
  readonly bench: Bench;

  constructor() {
    this.bench = new Bench({
      metrics: this.metrics,
      grpc: {
        open: (call, unary, events) => {
          if (Buffer.from(call.target).includes("nowhere")) return Status.InternalFailure;
          this.calls.push({ call, unary, events });
          return { send: () => undefined, close: () => undefined, cancel: () => undefined };
        },
      },
    });
  }

  count(name: string): number {
    return Number(this.metrics.value(`meltemi.rate-limit.${name}`) ?? 0n);
  }

  options(configuration: object, name = "rate-limit") {
    return {
      name,
      rootId: "",
      vm: { vmId: "rate-limit", code: CODE },
      configuration: Buffer.from(JSON.stringify(configuration)),
    };
  }

  async load(configuration: object, name?: string) {
    const plugin = await this.bench.load(this.options(configuration, name));
    return (attributes: [string, string][] = [], route?: string) => {
      const http = new FakeHttp();
      if (route !== undefined) http.properties = { xds: routeSaying(route) };
      const stream = must(plugin.httpStream(http));
      const passed = stream.onRequestHeaders(headers([":path", "/"], ...attributes), false) === CONTINUE;
      return { passed, http, stream };
    };
  }
}

function routeSaying(config: string): PropertyValue {
  const filterMetadata = { "meltemi.rate-limit": { config } };
  const metadata = ofMessage(MetadataSchema, create(MetadataSchema, { filterMetadata }));
  return { kind: "namespace", get: (key) => (key === "route_metadata" ? metadata : undefined) };
}

const bucket = (maxTokens: number, more: object = {}) => ({ maxTokens, fillInterval: 1000, ...more });
const local = (...buckets: object[]) => ({ local: { name: "svc", buckets } });

describe("rate-limit, local", () => {
  it("takes what the bucket has, refuses the rest, and takes again what is filled in", async () => {
    const world = new World();
    const send = await world.load(local(bucket(3, { tokensPerFill: 2 })));
    const taken = (requests: number) => Array.from({ length: requests }, () => send().passed).filter(Boolean).length;
    expect(taken(10)).toBe(3);
    world.bench.clock.pass(999);
    expect(taken(10)).toBe(0);
    world.bench.clock.pass(1);
    expect(taken(10)).toBe(2);
    world.bench.clock.pass(1_500);
    expect(taken(10)).toBe(2);
    // Half of the next fill has gone by.
    world.bench.clock.pass(500);
    expect(taken(10)).toBe(2);
    world.bench.clock.pass(60_000);
    expect(taken(10)).toBe(3);
    expect([world.count("local_ok"), world.count("local_limited")]).toEqual([12, 48]);
  });

  it("says so as Envoy does", async () => {
    const send = await new World().load(local(bucket(0)));
    const [reply] = send().http.replies;
    expect([reply?.status, reply?.details]).toEqual([429, "local_rate_limited"]);
  });

  it("the first bucket that is for a request counts, and what none is for is not limited", async () => {
    const match = (attribute: string, more: object) => ({ match: [{ attribute, ...more }] });
    const send = await new World().load(
      local(
        bucket(1, match("User", { exact: "ann" })),
        bucket(0, match("user", { prefix: "a" })),
        bucket(0, match("level", { range: { start: -1, end: 3 } })),
        bucket(0, match("flag", {})),
        bucket(0, {
          match: [
            { attribute: "user", present: false },
            { attribute: "x", exact: "1", invert: true },
          ],
        }),
      ),
    );
    const passed = (...attributes: [string, string][]) => send(attributes).passed;
    expect([passed(["user", "ann"]), passed(["user", "ann"])]).toEqual([true, false]);
    expect([passed(["user", "al"]), passed(["user", "bo"])]).toEqual([false, true]);
    for (const level of ["-1", "0", "2"]) expect(passed(["user", "bo"], ["level", level])).toBe(false);
    for (const level of ["-2", "3", "", "-", "1.0", "1e0", "x", "99999999999999999999"]) {
      expect(passed(["user", "bo"], ["level", level])).toBe(true);
    }
    expect(passed(["user", "bo"], ["flag", ""])).toBe(false);
    expect([passed(), passed(["x", "1"]), passed(["x", "2"])]).toEqual([false, true, false]);
  });

  it("is one bucket for all that know it by its name, and another one with other numbers", async () => {
    const world = new World();
    const one = await world.load(local(bucket(2)), "one");
    const two = await world.load(local(bucket(2)), "two");
    expect([one().passed, two().passed, one().passed, two().passed]).toEqual([true, true, false, false]);
    const route = JSON.stringify(local(bucket(2)));
    expect(one([], route).passed).toBe(false);
    expect(one([], JSON.stringify(local(bucket(1)))).passed).toBe(true);
    expect(one([], JSON.stringify({ local: { name: "other", buckets: [bucket(2)] } })).passed).toBe(true);
  });

  it("never gives more than a model of it does", async () => {
    const steps = fc.array(fc.oneof(fc.constant("take" as const), fc.integer({ min: 1, max: 400 })), { maxLength: 60 });
    const numbers = fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(numbers, steps, async ([most, perFill, interval], todo) => {
        const world = new World();
        const send = await world.load(local({ maxTokens: most, tokensPerFill: perFill, fillInterval: interval }));
        let started: number | undefined;
        let now = 0;
        let fills = 0;
        let tokens = most;
        for (const step of todo) {
          if (step !== "take") {
            world.bench.clock.pass(step);
            now += step;
            continue;
          }
          started ??= now;
          for (; fills < Math.floor((now - started) / interval); fills++) tokens = Math.min(most, tokens + perFill);
          expect(send().passed).toBe(tokens > 0);
          if (tokens > 0) tokens--;
        }
      }),
      { numRuns: 30 },
    );
  });
});

const global = (more: object = {}) => ({
  global: {
    cluster: "limiter",
    domain: "d",
    timeout: 50,
    descriptors: [
      { key: "k", attribute: "User" },
      { key: "method", attribute: "method" },
    ],
    ...more,
  },
});

/** The descriptors of a RateLimitRequest, as pairs, behind its domain. */
function readRequest(message: Uint8Array): (string | [string, string][])[] {
  const parts: (string | [string, string][])[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    if (field === 1) parts.push(reader.string());
    else parts.push(readDescriptor(reader.bytes()));
  }
  return parts;
}

function readDescriptor(message: Uint8Array): [string, string][] {
  const entries: [string, string][] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    reader.tag();
    const entry = new BinaryReader(reader.bytes());
    entry.tag();
    const key = entry.string();
    entry.tag();
    entries.push([key, entry.string()]);
  }
  return entries;
}

describe("rate-limit, global", () => {
  it("asks the service, with a descriptor for each attribute that there is", async () => {
    const world = new World();
    const send = await world.load(global());
    const { passed, http } = send([
      ["user", `100% ${"x".repeat(300)}`],
      ["method", "get"],
    ]);
    expect(passed).toBe(false);
    const { call, unary, events } = must(world.calls[0]);
    expect(call).toMatchObject({
      service: "envoy.service.ratelimit.v3.RateLimitService",
      method: "ShouldRateLimit",
      timeoutMs: 50,
    });
    const target = {
      targetSpecifier: { case: "envoyGrpc", value: { clusterName: "limiter", authority: "ratelimit" } },
    } as const;
    expect(Buffer.from(call.target)).toEqual(
      Buffer.from(toBinary(GrpcServiceSchema, create(GrpcServiceSchema, target))),
    );
    expect(readRequest(must(unary))).toEqual(["d", [["k", `100% ${"x".repeat(300)}`]], [["method", "get"]]]);
    events.onMessage(OK);
    expect(http.done).toEqual(["continue 0"]);
    expect(world.count("global_ok")).toBe(1);
  });

  it("refuses what is over the limit", async () => {
    const world = new World();
    const { http } = (await world.load(global()))([["user", "a"]]);
    must(world.calls[0]).events.onMessage(OVER_LIMIT);
    const [reply] = http.replies;
    expect([reply?.status, reply?.details, world.count("waiting")]).toEqual([429, "request_rate_limited", 0]);
  });

  it("asks nothing about requests that it is not about, and about those without any of the attributes", async () => {
    const world = new World();
    const send = await world.load(global({ match: [{ attribute: "method", exact: "get" }] }));
    expect(send([["user", "a"]]).passed).toBe(true);
    expect(send([["method", "get"]]).passed).toBe(false);
    expect((await new World().load(global()))([["other", "a"]]).passed).toBe(true);
  });

  it.each([
    ["is not there", (events: GrpcEvents) => events.onClose(14, "no")],
    ["is too slow", (events: GrpcEvents) => events.onClose(4, "late")],
    ["says nothing that can be read", (events: GrpcEvents) => events.onMessage(Uint8Array.of(0x0a, 0xff))],
    ["does not know", (events: GrpcEvents) => events.onMessage(Uint8Array.of(0x08, 0))],
  ])("lets pass or refuses, as it is told, where the service %s", async (_, happen) => {
    const world = new World();
    const passing = (await world.load(global(), "a"))([["user", "a"]]);
    const refusing = (await world.load(global({ denyOnFail: true }), "b"))([["user", "a"]]);
    for (const { events } of world.calls) happen(events);
    expect(passing.http.done).toEqual(["continue 0"]);
    expect([refusing.http.replies[0]?.status, refusing.http.replies[0]?.details]).toEqual([503, "rate_limiter_error"]);
    expect([world.count("global_errors"), world.count("waiting")]).toEqual([2, 0]);
  });

  it("a cluster that is not there is a service that does not answer", async () => {
    expect((await new World().load(global({ cluster: "nowhere" })))([["user", "a"]]).passed).toBe(true);
    const refused = (await new World().load(global({ cluster: "nowhere", denyOnFail: true })))([["user", "a"]]);
    expect(refused.http.replies[0]?.status).toBe(503);
  });

  it("who leaves while it waits is forgotten", async () => {
    const world = new World();
    const { http, stream } = (await world.load(global()))([["user", "a"]]);
    expect(world.count("waiting")).toBe(1);
    stream.destroy();
    must(world.calls[0]).events.onMessage(OVER_LIMIT);
    expect([world.count("waiting"), http.done]).toEqual([0, []]);
  });

  it("reads an answer whatever else is in it, and no garbage is one", async () => {
    const world = new World();
    const send = await world.load(global());
    const answer = (message: Uint8Array) => {
      world.calls.length = 0;
      const { http } = send([["user", "a"]]);
      must(world.calls[0]).events.onMessage(message);
      return http.replies[0]?.status ?? "passed";
    };
    const statuses = [0x12, 3, 1, 2, 3, 0x29, 1, 2, 3, 4, 5, 6, 7, 8, 0x35, 1, 2, 3, 4, 0x40, 0xff, 0x01];
    expect(answer(Uint8Array.of(...statuses, 0x08, 2))).toBe(429);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        expect(["passed", 429]).toContain(answer(bytes));
      }),
    );
  });

  it("asks only what the local limit lets pass", async () => {
    const world = new World();
    const send = await world.load({ ...local(bucket(1)), ...global() });
    send([["user", "a"]]);
    expect(send([["user", "a"]]).http.replies[0]?.details).toBe("local_rate_limited");
    expect(world.calls).toHaveLength(1);
  });
});

describe("rate-limit, configuration", () => {
  it("says what is wrong, field by field", async () => {
    const world = new World();
    const result = await world.bench.registry.plugin(
      world.options({
        local: {
          buckets: [
            { maxTokens: -1, match: [{ attribute: "a", exact: "x", prefix: "y" }, { exact: "x" }] },
            { maxTokens: 1, fillInterval: 0, tokensPerFill: 0, max: 1 },
          ],
        },
        global: { domain: "d", timeout: 0, descriptors: [] },
        globl: 1,
      }),
    );
    const reason = result.ok ? "accepted" : result.reason;
    for (const words of [
      "local.name: expected a string, it is missing",
      "local.buckets[0].maxTokens: expected a whole number from 0",
      "local.buckets[0].fillInterval: expected a whole number, it is missing",
      "local.buckets[0].match[0]: expected at most one of",
      "local.buckets[0].match[1].attribute: expected a string, it is missing",
      "local.buckets[1].fillInterval: expected a whole number from 1",
      "local.buckets[1].tokensPerFill: expected a whole number from 1",
      "local.buckets[1].max: unknown field",
      "global.cluster: expected a string, it is missing",
      "global.timeout: expected a whole number from 1",
      "global.descriptors: expected at least one descriptor",
      "globl: unknown field",
    ]) {
      expect(reason).toContain(words);
    }
  });

  it("a route's that cannot be read limits nothing", async () => {
    const world = new World();
    const send = await world.load(local(bucket(0)));
    expect(send([], '{"local": 1}').passed).toBe(true);
    expect([send().passed, world.count("bad_configurations")]).toEqual([false, 1]);
  });
});

import { afterAll, expect, test } from "vitest";
import {
  type Attributes,
  awesomerpc,
  contract,
  dubbo,
  ONE_BY_ONE,
  until,
  type World,
  withTime,
  ZipkinCollector,
} from "../support/index.js";
import { BATCH, mesh, PARENT, TAGS, TRACE, telemetry } from "./tracing.support.js";

// Of tracing (tracing.spec.ts), what is different with Zipkin's tracer: B3 in attributes, and its own JSON.

/** Each world's, by the documents that name it. */
const collectors = new Map<unknown, ZipkinCollector>();
afterAll(() => {
  for (const collector of collectors.values()) collector.close();
});

const SAMPLED: Attributes = [
  ["X-B3-Sampled", "1"],
  ["X-B3-SpanId", PARENT],
  ["X-B3-TraceId", TRACE],
];

async function spec() {
  const collector = await ZipkinCollector.start();
  const documents = [
    mesh({ zipkin: { service: "127.0.0.1", port: collector.port } }),
    telemetry("traced", { randomSamplingPercentage: 0 }),
  ];
  collectors.set(documents, collector);
  const traced = { routes: [{ to: "v1" }], documents };
  return { services: { traced, untraced: { routes: [{ to: "v1", request: [["Added", "yes"]] as Attributes }] } } };
}

contract(
  "tracing by Zipkin",
  spec,
  (world) => {
    /** This world's. */
    const collector = (): ZipkinCollector => {
      const found = collectors.get(world().spec("traced").documents);
      if (found === undefined) throw new Error("the world has no collector");
      return found;
    };
    const spansOf = (operation: string) =>
      collector().spans.filter(({ tags }) => tags["rpc.operation"]?.endsWith(operation));
    /** What the backend got of B3, lower case, in the order of the names. */
    const b3Of = (w: World): Record<string, string> => {
      const got = w.backends.v1.messages.at(-1)?.attributes ?? [];
      return Object.fromEntries(
        got.map(([name, value]) => [name.toLowerCase(), value]).filter(([name]) => name?.includes("b3")),
      );
    };
    const call = async (operation: string, attributes: Attributes, times = BATCH) => {
      const caller = world().caller("traced");
      for (let i = 0; i < times; i++) expect((await caller.call({ operation, attributes })).error).toBeUndefined();
    };

    test("a caller's span is the parent of the proxy's, and that of the backend's", async () => {
      await call("many", SAMPLED);
      await until("the spans", () => spansOf("many").length === BATCH);
      const span = spansOf("many").at(-1);
      expect(span).toMatchObject({ traceId: TRACE, parentId: PARENT, kind: "CLIENT", name: span?.tags["rpc.service"] });
      expect(b3Of(world())).toEqual({
        "x-b3-traceid": TRACE,
        "x-b3-spanid": span?.id,
        "x-b3-parentspanid": PARENT,
        "x-b3-sampled": "1",
      });
      expect(Object.keys(span?.tags ?? {}).sort()).toEqual(TAGS);
      expect(span?.timestamp).toBeGreaterThan(1e15);
      expect(span?.duration).toBeGreaterThan(0);
      expect(collector().requests.at(-1)).toEqual({
        ...{ path: "POST /api/v2/spans", host: `127.0.0.1:${collector().port}`, type: "application/json" },
      });
    });

    test("B3 in one header is one header again", async () => {
      await call("single", [["b3", `${TRACE}-${PARENT}-1`]]);
      await until("the spans", () => spansOf("single").length === BATCH);
      const span = spansOf("single").at(-1);
      expect(span).toMatchObject({ traceId: TRACE, parentId: PARENT });
      expect(b3Of(world())).toEqual({ b3: `${TRACE}-${span?.id}-1-${PARENT}` });
      // A decision alone holds for the trace that begins here.
      await call("refused", [["b3", "0"]], 1);
      expect(b3Of(world())["b3"]).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-0$/);
    });

    test("whom its caller has not traced has no span, and the backend hears it", async () => {
      await call("unsampled", [["X-B3-Sampled", "0"], ...SAMPLED.slice(1)]);
      expect(b3Of(world())).toMatchObject({ "x-b3-traceid": TRACE, "x-b3-parentspanid": PARENT, "x-b3-sampled": "0" });
      await call("undecided", []);
      expect(b3Of(world())).toMatchObject({ "x-b3-sampled": "0" });
      await call("after", SAMPLED);
      await until("the spans", () => spansOf("after").length === BATCH);
      expect([spansOf("unsampled"), spansOf("undecided")]).toEqual([[], []]);
    });

    test("an application that passes on what it got makes one trace of both its hops", async () => {
      await call("outer", SAMPLED, 1);
      await call("inner", Object.entries(b3Of(world())), BATCH - 1);
      await until("both spans", () => spansOf("outer").length > 0 && spansOf("inner").length > 0);
      expect(spansOf("inner")[0]).toMatchObject({ traceId: TRACE, parentId: spansOf("outer")[0]?.id });
    });

    test("a service without spans passes a caller's trace as it is, and reports nothing", async () => {
      const caller = world().caller("untraced");
      for (let i = 0; i < BATCH; i++) await caller.call({ operation: "hidden", attributes: SAMPLED });
      expect([...(world().backends.v1.messages[0]?.attributes ?? [])].sort()).toEqual([["Added", "yes"], ...SAMPLED]);
      // Had they spans, these would come before those of the service that has.
      await call("seen", SAMPLED);
      await until("the spans", () => spansOf("seen").length === BATCH);
      expect(spansOf("hidden")).toEqual([]);
    });
  },
  { lanes: ONE_BY_ONE, protocols: [awesomerpc, ...withTime(dubbo)], sideBySide: true },
);

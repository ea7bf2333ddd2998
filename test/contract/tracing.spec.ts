import { afterAll, expect, test } from "vitest";
import { type Attributes, contract, HARDLY_MATTERS, SpanCollector, until, type World } from "../support/index.js";
import { BATCH, mesh, PARENT, TAGS, TRACE, telemetry } from "./tracing.support.js";

const collectors: SpanCollector[] = [];
afterAll(() => {
  for (const collector of collectors) collector.close();
});

const SAMPLED: Attributes = [["traceparent", `00-${TRACE}-${PARENT}-01`]];
const B3 = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1";

/** opentelemetry.proto.trace.v1.Span.SpanKind */
const CLIENT = 3;

/** The latest world's. */
let collector: SpanCollector;

async function spec() {
  collector = await SpanCollector.start();
  collectors.push(collector);
  const tracer = mesh({ opentelemetry: { service: "127.0.0.1", port: collector.port } });
  return {
    services: {
      traced: { routes: [{ to: "v1" }], documents: [tracer, telemetry("traced", { randomSamplingPercentage: 0 })] },
      // Its requests have something else done to them, and no spans.
      untraced: { routes: [{ to: "v1", request: [["Added", "yes"]] as Attributes }] },
    },
  };
}

contract(
  "tracing",
  spec,
  (world) => {
    /** What the backend got of an attribute. */
    const seen = (w: World, name: string): string | undefined =>
      new Map(w.backends.v1.messages.at(-1)?.attributes).get(name);
    const sample = (percentage: number) =>
      world().rules("traced", {
        documents: [
          ...(world().spec("traced").documents ?? []).slice(0, 1),
          telemetry("traced", {
            randomSamplingPercentage: percentage,
            customTags: { zone: { literal: { value: "here" } } },
          }),
        ],
      });

    test("a caller that decided has its request traced, and the backend sees the proxy's span as its parent", async () => {
      collector.spans.length = 0;
      const attributes: Attributes = [...SAMPLED, ["b3", B3], ["Other", "one"]];
      const caller = world().caller("traced");
      for (let i = 0; i < BATCH; i++)
        expect((await caller.call({ operation: "get", attributes })).error).toBeUndefined();
      await until("the spans", () => collector.spans.length > 0);
      expect(collector.spans).toHaveLength(BATCH);
      const span = collector.spans.at(-1);
      expect(span).toMatchObject({ traceId: TRACE, parentId: PARENT });
      expect(seen(world(), "traceparent")).toBe(`00-${TRACE}-${span?.id}-01`);
      expect([seen(world(), "b3"), seen(world(), "Other"), seen(world(), "tracestate")]).toEqual([
        B3,
        "one",
        undefined,
      ]);
      expect(span?.kind).toBe(CLIENT);
      expect(span?.name).toBe(`egress ${span?.tags.get("rpc.service")}`);
      expect([...(span?.tags.keys() ?? [])].sort()).toEqual([...TAGS, "zone"]);
      expect(span?.tags.get("http.status_code")).toBe("200");
      expect(span?.tags.get("rpc.operation")).toMatch(/get$/);
      expect(span?.tags.get("component")).toBe("proxy");
    });

    test("an application that passes on what it got makes one trace of both its hops", async () => {
      const caller = world().caller("traced");
      await caller.call({ operation: "outer", attributes: SAMPLED });
      const passedOn: Attributes = [["traceparent", seen(world(), "traceparent") ?? ""]];
      for (let i = 1; i < BATCH; i++) await caller.call({ operation: "inner", attributes: passedOn });
      const spanOf = (operation: string) =>
        collector.spans.find(({ tags }) => tags.get("rpc.operation")?.endsWith(operation));
      await until("both spans", () => spanOf("outer") !== undefined && spanOf("inner") !== undefined);
      expect(spanOf("outer")).toMatchObject({ traceId: TRACE, parentId: PARENT });
      expect(spanOf("inner")).toMatchObject({ traceId: TRACE, parentId: spanOf("outer")?.id });
    });

    test("a service without spans passes a caller's trace as it is, and reports nothing", async () => {
      collector.spans.length = 0;
      const caller = world().caller("untraced");
      for (let i = 0; i < BATCH; i++) await caller.call({ attributes: SAMPLED });
      expect([...(world().backends.v1.messages[0]?.attributes ?? [])].sort()).toEqual([["Added", "yes"], ...SAMPLED]);
      // Had they spans, these would come before those of the service that has.
      const traced = world().caller("traced");
      for (let i = 0; i < BATCH; i++) await traced.call({ operation: "after", attributes: SAMPLED });
      await until("the spans", () => collector.spans.length >= BATCH);
      expect(collector.spans.every(({ tags }) => tags.get("rpc.operation")?.endsWith("after"))).toBe(true);
    });

    test("sampling is a rule's, changed under a live connection; listeners stay", async () => {
      const caller = world().caller("traced");
      const changes = () => world().stat(/^listener_manager\.listener_(modified|added|create_success)$/);
      await caller.call({ operation: "first" });
      expect(seen(world(), "traceparent")).toMatch(/-00$/);
      const before = await changes();
      collector.spans.length = 0;
      sample(100);
      await until("requests to be traced", async () => {
        await caller.call({ operation: "second" });
        return seen(world(), "traceparent")?.endsWith("-01") === true;
      });
      for (let i = 1; i < BATCH; i++) await caller.call({ operation: "second" });
      await until("the span", () => collector.spans.some(({ tags }) => tags.get("rpc.operation")?.endsWith("second")));
      expect(collector.spans[0]).toMatchObject({ parentId: "" });
      expect(collector.spans[0]?.tags.get("zone")).toBe("here");
      sample(0);
      await until("requests to be traced no more", async () => {
        await caller.call({ operation: "third" });
        return seen(world(), "traceparent")?.endsWith("-00") === true;
      });
      expect(await changes()).toBe(before);
      expect(caller.opened).toBe(1);
    });

    test("a failure marks its span, an error of the application's does not", async () => {
      collector.spans.length = 0;
      world().backends.v1.reply = () => ({ business: true, payload: "out of stock" });
      const caller = world().caller("traced");
      for (let i = 0; i < BATCH; i++) await caller.call({ operation: "refused", attributes: SAMPLED });
      const told = (operation: string) =>
        collector.spans.find(({ tags }) => tags.get("rpc.operation")?.endsWith(operation));
      await until("the spans", () => told("refused") !== undefined);
      expect(told("refused")?.tags.get("error")).toBeUndefined();
      expect(told("refused")?.tags.get("rpc.outcome")).toBe("business-error");
      world().backends.v1.reply = () => ({ unavailable: true, payload: "out of order" });
      for (let i = 0; i < BATCH; i++) await caller.call({ operation: "broken", attributes: SAMPLED });
      await until("the spans", () => told("broken") !== undefined);
      expect(told("broken")?.tags.get("error")).toBe("true");
    });
  },
  { lanes: HARDLY_MATTERS },
);

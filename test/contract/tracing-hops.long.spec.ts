import { afterAll, beforeAll, expect, test } from "vitest";
import { bootstrap } from "../../control/index.js";
import {
  type Attributes,
  awesomerpc,
  type Backend,
  contract,
  dubbo,
  freePort,
  ONE_BY_ONE,
  type Protocol,
  type ProxyKind,
  type RunningProxy,
  type Span,
  SpanCollector,
  startProxy,
  thrift,
  until,
  withTime,
} from "../support/index.js";
import { BATCH, mesh, PARENT, TAGS, TRACE, telemetry } from "./tracing.support.js";

// Two proxies in a row, each with a span of its own: a client → its proxy → the proxy beside the application → the application.

/** opentelemetry.proto.trace.v1.Span.SpanKind */
const SERVER = 2;
const CLIENT = 3;

const SAMPLED: Attributes = [["traceparent", `00-${TRACE}-${PARENT}-01`]];
const HOST = "served.test";

/** One world at a time. */
let collector: SpanCollector;
let app: Backend;
let beside: RunningProxy | undefined;

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function spec(_: ProxyKind, protocol: Protocol) {
  const [spans, application] = [await SpanCollector.start(), await protocol.backend("app")];
  [collector, app] = [spans, application];
  closers.push(
    () => spans.close(),
    () => application.close(),
  );
  const retries = { attempts: 3, retryOn: "5xx", backoff: "1ms" };
  return {
    services: {
      served: {
        backends: { v1: await freePort() },
        annotations: { "meltemi.dev/inbound": `127.0.0.1:${app.port}` },
        routes: [{ to: "v1", retries }],
        documents: [
          mesh({ opentelemetry: { service: "127.0.0.1", port: collector.port } }),
          // What has a span has it because its caller wants it so.
          telemetry("served", { randomSamplingPercentage: 0 }),
        ],
      },
    },
  };
}

contract(
  "tracing over two proxies",
  spec,
  (world) => {
    beforeAll(async () => {
      const adminPort = await freePort();
      const controlPort = Number(world().control.split(":")[1]);
      const yaml = bootstrap({ controlPort, adminPort, nodeId: `beside-${adminPort}`, cluster: HOST });
      beside = await startProxy(world().proxy.kind, { bootstrap: yaml, adminPort, concurrency: 1 });
      await until("both proxies to serve", async () => {
        const caller = world().caller("served");
        const { error } = await caller.call({ operation: "ready" });
        await caller.close();
        return error === undefined;
      });
    });
    afterAll(() => beside?.close());

    const spansOf = (operation: string, kind: number): Span[] =>
      collector.spans.filter((span) => span.kind === kind && span.tags.get("rpc.operation")?.endsWith(operation));
    /** What the application got as its parent, last of this operation's. */
    const parentOf = (operation: string): string | undefined =>
      new Map(app.messages.findLast((message) => message.operation === operation)?.attributes).get("traceparent");
    const calls = async (operation: string): Promise<void> => {
      const caller = world().caller("served");
      for (let i = 0; i < BATCH; i++)
        expect((await caller.call({ operation, attributes: SAMPLED })).error).toBeUndefined();
    };

    test("each has a span: the client's proxy as a client, the application's as a server, in one trace", async () => {
      await calls("get");
      await until(
        "the spans of both",
        () => spansOf("get", SERVER).length + spansOf("get", CLIENT).length === 2 * BATCH,
      );
      const inner = spansOf("get", SERVER).find(({ id }) => parentOf("get") === `00-${TRACE}-${id}-01`);
      const outer = spansOf("get", CLIENT).find(({ id }) => id === inner?.parentId);
      expect(outer).toMatchObject({ traceId: TRACE, parentId: PARENT });
      expect(inner).toMatchObject({ traceId: TRACE });
      expect([outer?.name, inner?.name]).toEqual([`egress ${outer?.tags.get("rpc.service")}`, "ingress"]);
      for (const span of [outer, inner]) expect([...(span?.tags.keys() ?? [])].sort()).toEqual([...TAGS, "zone"]);
    });

    test("each try is a span beside the application, all of one parent", async () => {
      let tries = 0;
      app.reply = () => (++tries % 3 === 0 ? {} : { unavailable: true });
      await calls("again");
      app.reply = undefined;
      await until("the spans of both", () => spansOf("again", CLIENT).length === BATCH);
      await until("the spans of all tries", () => spansOf("again", SERVER).length === 3 * BATCH);
      for (const { id } of spansOf("again", CLIENT)) {
        const failures = spansOf("again", SERVER).filter(({ parentId }) => parentId === id);
        expect(failures.map(({ tags }) => tags.get("error")).sort()).toEqual(["true", "true", undefined]);
      }
    });

    test("one-way requests have theirs", async () => {
      const caller = world().caller("served");
      for (let i = 0; i < BATCH; i++) await caller.notify({ operation: "tell", attributes: SAMPLED });
      await until(
        "the spans of both",
        () => spansOf("tell", SERVER).length + spansOf("tell", CLIENT).length >= 2 * BATCH,
      );
      // The rule of the tries above is none for what has no answer.
      expect(app.messages.filter(({ operation }) => operation === "tell")).toHaveLength(BATCH);
      const inner = spansOf("tell", SERVER).find(({ id }) => parentOf("tell") === `00-${TRACE}-${id}-01`);
      const outer = spansOf("tell", CLIENT).find(({ id }) => id === inner?.parentId);
      expect(outer).toMatchObject({ traceId: TRACE, parentId: PARENT });
    });
  },
  { lanes: ONE_BY_ONE, protocols: [awesomerpc, ...withTime(dubbo, thrift)] },
);

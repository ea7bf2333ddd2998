import { afterAll, expect, test } from "vitest";
import { type Attributes, awesomerpc, contract, dubbo, ONE_BY_ONE, until } from "../../support/index.js";
import { buildCollector, Collector } from "./collector.js";

const built = buildCollector();
if ("missing" in built) console.log(`OpenTelemetry's collector: skipped, ${built.missing}`);

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

const collectors: Collector[] = [];
afterAll(() => Promise.all(collectors.map((collector) => collector.close())));

async function spec() {
  if ("missing" in built) return { services: {} };
  const collector = await Collector.start(built.folder);
  collectors.push(collector);
  const meshConfig = {
    extensionProviders: [{ name: "spans", opentelemetry: { service: "127.0.0.1", port: collector.port } }],
    defaultProviders: { tracing: ["spans"] },
  };
  const mesh = {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    name: "mesh",
    spec: { meshConfig },
  };
  return {
    services: { front: { routes: [{ to: "v1" }], documents: [mesh] }, back: { routes: [{ to: "v2" }] } },
  };
}

contract(
  "OpenTelemetry's collector",
  spec,
  (world) => {
    test.skipIf("missing" in built)("has one trace of both hops", { timeout: 60_000 }, async () => {
      const traced: Attributes = [["traceparent", `00-${TRACE}-${PARENT}-01`]];
      await world().caller("front").call({ operation: "outer", attributes: traced });
      const passedOn = world().backends.v1.messages[0]?.attributes ?? [];
      await world().caller("back").call({ operation: "inner", attributes: passedOn });
      const spanOf = (operation: string) =>
        collectors
          .at(-1)
          ?.spans.find(({ attributes }) =>
            attributes.some(({ key, value }) => key === "rpc.operation" && value.stringValue?.endsWith(operation)),
          );
      // Proxies report single spans after some seconds.
      await until("both spans", () => spanOf("outer") !== undefined && spanOf("inner") !== undefined, {
        timeoutMs: 30_000,
      });
      expect(spanOf("outer")).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
      expect(spanOf("inner")).toMatchObject({ traceId: TRACE, parentSpanId: spanOf("outer")?.spanId });
    });
  },
  { lanes: ONE_BY_ONE, protocols: [awesomerpc, dubbo] },
);

import { expect, test } from "vitest";
import type { Service } from "./index.js";
import { own, readService, mesh as settings, telemetry, to } from "./telemetry.support.js";

function mesh(...extensionProviders: object[]) {
  return settings({ extensionProviders });
}

const otel = (name: string, service = `${name}.mesh`) => ({ name, opentelemetry: { service, port: 4317 } });

const calloutName = ({ host, port }: { readonly host: string; readonly port: number }) => `${host}:${port}`;

/** Where the service's spans go and which requests have them, on either side, and which lane it takes. */
function read(documents: readonly string[], lane: "request" | "session" = "request") {
  const { service, problems } = readService(documents, lane);
  const said = (side?: Pick<Service, "collector" | "tracing">) =>
    side?.collector && `${calloutName(side.collector.server)} ${side.tracing?.percentage ?? "none"}`;
  return {
    client: said(service),
    server: said(service?.inbound),
    tags: service?.tracing?.tags,
    speaks: service?.collector?.speaks,
    lane: service?.lane.taken,
    problems,
  };
}

test("without a tracer there are no spans; with one, listeners have it before a Telemetry names it", () => {
  expect(read([])).toMatchObject({ client: undefined, lane: "flow", problems: [] });
  expect(read([mesh(otel("x"))])).toMatchObject({ client: "x.mesh:4317 none", lane: "flow", problems: [] });
});

test("a collector speaks OTLP, or Zipkin's JSON where Istio's default has it or at another path", () => {
  expect(read([mesh(otel("x"))]).speaks).toEqual({ name: "otlp" });
  const zipkin = (more: object) => [mesh({ name: "z", zipkin: { service: "ns/z.mesh", port: 9411, ...more } })];
  expect(read(zipkin({}))).toMatchObject({
    client: "z.mesh:9411 none",
    speaks: { name: "zipkin", path: "/api/v2/spans", shortIds: false },
  });
  expect(read(zipkin({ path: "/spans", enable64bitTraceId: true })).speaks).toEqual({
    ...{ name: "zipkin", path: "/spans", shortIds: true },
  });
  expect(read(zipkin({ traceContextOption: "USE_B3_WITH_W3C_PROPAGATION" })).problems).toEqual([
    expect.stringMatching(/^1\.yaml:1:.*zipkin\.traceContextOption.*USE_B3/),
  ]);
});

test("a traced service takes the request lane, one in a hundred where nobody says how many", () => {
  const traced = telemetry("istio-system", { tracing: [to("x")] });
  expect(read([mesh(otel("x")), traced])).toMatchObject({
    client: "x.mesh:4317 1",
    server: "x.mesh:4317 1",
    lane: "request",
  });
});

test("the mesh's default provider traces without being named", () => {
  const usual = settings({ extensionProviders: [otel("x"), otel("y")], defaultProviders: { tracing: ["y"] } });
  expect(read([usual])).toMatchObject({ client: "y.mesh:4317 1", problems: [] });
});

test("the service's own word stands over its namespace's, and that over the mesh's, field by field", () => {
  const tags = { zone: { literal: { value: "here" } } };
  const all = [
    mesh(otel("x"), otel("y", "ns/y.mesh")),
    telemetry("istio-system", { tracing: [{ ...to("x"), randomSamplingPercentage: 10, customTags: tags }] }),
    telemetry("shop", { tracing: [{ randomSamplingPercentage: 20 }] }),
  ];
  expect(read(all)).toMatchObject({
    client: "x.mesh:4317 20",
    tags: [{ name: "zone", kind: "literal", value: "here" }],
  });
  const mine = telemetry("shop", { ...own, tracing: [{ ...to("y"), customTags: {} }] }, {}, "mine");
  expect(read([...all, mine])).toMatchObject({ client: "y.mesh:4317 20", tags: [], problems: [] });
});

test("each side goes by the entries that are for it", () => {
  const spec = {
    tracing: [
      { ...to("x"), randomSamplingPercentage: 5 },
      { match: { mode: "SERVER" }, randomSamplingPercentage: 50 },
      { match: { mode: "CLIENT" }, disableSpanReporting: true },
    ],
  };
  expect(read([mesh(otel("x")), telemetry("shop", spec)])).toMatchObject({
    client: "x.mesh:4317 none",
    server: "x.mesh:4317 50",
  });
});

test("every kind of tag is told from the others", () => {
  const customTags = {
    a: { literal: { value: "1" } },
    b: { environment: { name: "POD" } },
    c: { header: { name: "User", defaultValue: "nobody" } },
    d: { formatter: { value: "%ROUTE_NAME%" } },
  };
  expect(read([mesh(otel("x")), telemetry("shop", { tracing: [{ ...to("x"), customTags }] })]).tags).toEqual([
    { name: "a", kind: "literal", value: "1" },
    { name: "b", kind: "environment", variable: "POD", otherwise: "" },
    { name: "c", kind: "attribute", attribute: "User", otherwise: "nobody" },
    { name: "d", kind: "format", format: "%ROUTE_NAME%" },
  ]);
});

test("sessions have no spans", () => {
  const traced = telemetry("istio-system", { tracing: [to("x")] });
  expect(read([mesh(otel("x")), traced], "session")).toMatchObject({ client: undefined, lane: "session" });
});

test("a provider that is not there is told with its place and the nearest name; so is a second one", () => {
  const { problems } = read([
    settings({ extensionProviders: [otel("spans")], defaultProviders: { tracing: ["spans", "more"] } }),
    telemetry("shop", { tracing: [to("spams"), to("spans", "spans")] }),
  ]);
  expect(problems).toEqual([
    expect.stringMatching(/^1\.yaml:\d+:.*defaultProviders\.tracing.*expected one provider/),
    expect.stringMatching(/^2\.yaml:\d+:.*spec\.tracing\[0\]\.providers\[0\]\.name.*did you mean.*spans/),
    expect.stringMatching(/^2\.yaml:\d+:.*spec\.tracing\[1\]\.providers\[1\].*expected one provider/),
  ]);
});

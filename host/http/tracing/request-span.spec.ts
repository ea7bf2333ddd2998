import { type Attributes, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { AlwaysOnSampler, RandomIdGenerator, type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { HeaderMap } from "../headers/index.js";
import type { FormatContext, RouteTracing } from "../routes/index.js";
import { b3 } from "./b3.js";
import { opentelemetry } from "./otlp.js";
import { type Direction, type RequestSpan, spanStarter } from "./request-span.js";
import { w3c } from "./w3c.js";
import { zipkin } from "./zipkin.js";
import { zipkinSpan } from "./zipkin-span.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const PROXY: Attributes = { node_id: "n", zone: "" };

type Pairs = readonly (readonly [string, string])[];

const ended: ReadableSpan[] = [];
const nothing = async () => undefined;
const keeper = {
  onStart: () => undefined,
  onEnd: (span: ReadableSpan) => void ended.push(span),
  forceFlush: nothing,
  shutdown: nothing,
};
const tracer = new TracerProvider({
  sampler: new AlwaysOnSampler(),
  spanProcessors: [keeper],
}).getTracer("test");

const sharing = (random: boolean, tags: RouteTracing["tags"] = []): RouteTracing => ({
  random: () => random,
  overall: () => true,
  tags,
});

/** A request with these headers: what the backend gets of them, and the span that came of it, if any. */
function request(
  kind: typeof opentelemetry,
  pairs: Pairs,
  { route = sharing(true) as RouteTracing | undefined, direction = "egress" as Direction, code = 200 } = {},
) {
  ended.length = 0;
  const headers = new HeaderMap([[":authority", "a.b"], [":path", "/a.b/get"], [":method", "POST"], ...pairs]);
  const start = spanStarter(tracer, { ...kind.manner, ids: new RandomIdGenerator() }, direction, PROXY);
  const span: RequestSpan | undefined = start(headers, route, 0, 1_700_000_000_000);
  span?.inject(headers);
  const info = { responseFlags: new Set(code < 500 ? [] : ["UF"]), bytesReceived: 5, upstreamCluster: "c" };
  span?.finish({
    ...{ info, requestHeaders: headers, responseCode: code, remoteAddress: "127.0.0.1:4000", protocol: "HTTP/2" },
    ...{ localAddress: "127.0.0.1:5000", routeName: "r" },
  } as unknown as FormatContext);
  const [made] = ended;
  return { headers, made };
}

test("a request without a trace begins one where it is drawn, and says so where it is not", () => {
  const drawn = request(opentelemetry, []);
  const { traceId, spanId } = drawn.made?.spanContext() ?? {};
  expect(drawn.headers.get("traceparent")).toBe(`00-${traceId}-${spanId}-01`);
  expect(drawn.made).toMatchObject({ name: "egress a.b", kind: SpanKind.CLIENT, parentSpanContext: undefined });
  const other = request(opentelemetry, [], { route: sharing(false) });
  expect(other.made).toBeUndefined();
  expect(other.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(request(opentelemetry, [], { route: undefined }).made).toBeDefined();
});

test("a caller's decision stands, whatever is drawn, and its span is the parent", () => {
  // The codec tells the proxy's tracer so.
  const decided = ["x-envoy-force-trace", "1"] as const;
  const parent = ["traceparent", `00-${TRACE}-${PARENT}-01`] as const;
  const sampled = request(opentelemetry, [parent, decided], { route: sharing(false) });
  expect(sampled.made?.parentSpanContext?.spanId).toBe(PARENT);
  expect(sampled.made?.spanContext().traceId).toBe(TRACE);
  const unsampled = request(opentelemetry, [["traceparent", `00-${TRACE}-${PARENT}-00`]]);
  expect(unsampled.made).toBeUndefined();
  expect(unsampled.headers.get("traceparent")).toMatch(new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-00$`));
});

test.each([
  "",
  "garbage",
  `ff-${TRACE}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
])("a traceparent that cannot be read is left alone: %j", (text) => {
  const { headers, made } = request(opentelemetry, [["traceparent", text]]);
  expect([made, headers.get("traceparent")]).toEqual([undefined, text]);
});

test("what it says of a request is Envoy's words, with the route's tags that are not empty", () => {
  const tags = [
    { name: "rpc.service", value: () => "a.b" },
    { name: "rpc.outcome", value: () => "" },
  ];
  const { made } = request(opentelemetry, [["x-request-id", "id"]], {
    route: sharing(true, tags),
    direction: "ingress",
  });
  expect(made).toMatchObject({ name: "ingress", kind: SpanKind.SERVER, status: { code: SpanStatusCode.UNSET } });
  expect(made?.attributes).toMatchObject({
    ...{ "guid:x-request-id": "id", "http.url": "http://a.b/a.b/get", "http.status_code": "200" },
    ...{ "peer.address": "127.0.0.1", request_size: "5", response_flags: "-", "rpc.service": "a.b", node_id: "n" },
  });
  expect(made?.attributes).not.toHaveProperty("rpc.outcome");
  expect(made?.attributes).not.toHaveProperty("error");
});

test("a failure marks its span", () => {
  const { made } = request(opentelemetry, [], { code: 503 });
  expect(made?.attributes).toMatchObject({ error: "true", response_flags: "UF" });
  expect(made?.status.code).toBe(SpanStatusCode.ERROR);
});

test("W3C's state goes on as it came", () => {
  const pairs = [
    ["traceparent", `00-${TRACE}-${PARENT}-01`],
    ["tracestate", "a=1"],
    ["tracestate", "b=2"],
  ] as const;
  expect(request(opentelemetry, pairs).headers.joined("tracestate")?.replace(" ", "")).toBe("a=1,b=2");
  expect(w3c.extract(new HeaderMap())).toEqual({});
});

const many = (trace: string, ...more: Pairs): Pairs => [["x-b3-traceid", trace], ["x-b3-spanid", PARENT], ...more];

test.each<[string, Pairs, boolean | undefined]>([
  ["many", many(TRACE, ["x-b3-sampled", "1"]), true],
  ["an old library's word", many(TRACE, ["x-b3-sampled", "true"]), true],
  ["not sampled", many(TRACE, ["x-b3-sampled", "0"]), false],
  ["undecided", many(TRACE), undefined],
  ["single", [["b3", `${TRACE}-${PARENT}-1`]], true],
  ["single, for a debugger, with its parent", [["b3", `${TRACE}-${PARENT}-d-${PARENT}`]], true],
  ["single, not sampled", [["b3", `${TRACE}-${PARENT}-0`]], false],
  ["single before many", [["b3", `${TRACE}-${PARENT}`], ...many("1", ["x-b3-sampled", "1"])], undefined],
])("B3 is read: %s", (_, pairs, sampled) => {
  const found = b3.extract(new HeaderMap(pairs.map(([name, value]) => [name, value])));
  expect(found?.parent).toMatchObject({ traceId: TRACE, spanId: PARENT });
  expect(found?.sampled).toBe(sampled);
});

test("a decision without a trace holds for the one that begins", () => {
  expect(b3.extract(new HeaderMap([["b3", "0"]]))).toEqual({ sampled: false });
  expect(b3.extract(new HeaderMap([["x-b3-sampled", "1"]]))).toEqual({ sampled: true });
  expect(request(zipkin, [["b3", "0"]]).made).toBeUndefined();
});

test.each<Pairs>([
  [["b3", ""]],
  [["b3", "x"]],
  [["b3", `${TRACE}-${PARENT}-2`]],
  [["b3", `${TRACE}-${PARENT}-1-12`]],
  many("not hex"),
  many(""),
  many(TRACE, ["x-b3-parentspanid", "-"]),
])("B3 that cannot be read is left alone: %j", (...pairs) => {
  const { headers, made } = request(zipkin, pairs);
  expect(made).toBeUndefined();
  expect([...headers].slice(3)).toEqual(pairs);
});

test("B3 in one header is one header again", () => {
  const { headers, made } = request(zipkin, [["b3", `${TRACE}-${PARENT}-d`]], { route: sharing(false) });
  expect([...headers].slice(3)).toEqual([["b3", `${TRACE}-${made?.spanContext().spanId}-1-${PARENT}`]]);
});

test("a route without spans has none, whatever a caller decided", () => {
  const none: RouteTracing = { ...sharing(true), overall: () => false };
  expect(request(opentelemetry, [["traceparent", `00-${TRACE}-${PARENT}-01`]], { route: none }).made).toBeUndefined();
  expect(request(zipkin, many(TRACE, ["x-b3-sampled", "1"]), { route: none }).made).toBeUndefined();
});

test("Zipkin's spans have B3's many headers, and its own shape", () => {
  const { headers, made } = request(zipkin, many("00f067aa0ba902b7", ["x-b3-sampled", "1"]), { direction: "ingress" });
  if (made === undefined) throw new Error("there is no span");
  const span = zipkinSpan(made);
  expect(span).toMatchObject({ traceId: "00f067aa0ba902b7", parentId: PARENT, kind: "CLIENT", name: "a.b" });
  expect(span.timestamp).toBe(1_700_000_000_000_000);
  expect(span.tags).not.toHaveProperty("zone");
  expect([...headers].slice(3)).toEqual([
    ["x-b3-traceid", "00f067aa0ba902b7"],
    ["x-b3-spanid", span.id],
    ["x-b3-sampled", "1"],
    ["x-b3-parentspanid", PARENT],
  ]);
  const begun = request(zipkin, [], { direction: "ingress" }).made;
  expect(begun && zipkinSpan(begun)).toMatchObject({ kind: "SERVER" });
});

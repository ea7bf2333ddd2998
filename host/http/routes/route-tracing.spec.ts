import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { afterEach, expect, test, vi } from "vitest";
import { TracingSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { HeaderMap } from "../headers/index.js";
import type { FormatContext } from "./format.js";
import { compileRouteTracing } from "./route-tracing.js";

afterEach(() => vi.unstubAllEnvs());

const compile = (json: JsonObject) => compileRouteTracing(fromJson(TracingSchema, json), "routes[0].tracing");

/** What the tags say of a request with these headers. */
function tags(customTags: JsonObject[], ...headers: [string, string][]): (readonly [string, string])[] {
  const context = { routeName: "r1", requestHeaders: new HeaderMap(headers) } as unknown as FormatContext;
  return compile({ customTags })?.tags.map((tag) => [tag.name, tag.value(context)] as const) ?? [];
}

test("a route that says nothing has all that its manager has", () => {
  expect(compileRouteTracing(undefined, "p")).toBeUndefined();
  const all = compile({});
  expect([all?.random(0), all?.random(999_999), all?.overall(999_999)]).toEqual([true, true, true]);
});

test("shares are drawn of what they are a share of", () => {
  const drawn = compile({
    randomSampling: { numerator: 25_000, denominator: "MILLION" },
    overallSampling: { numerator: 0 },
  });
  expect([drawn?.random(24_999), drawn?.random(25_000), drawn?.random(1_024_999)]).toEqual([true, false, true]);
  expect(drawn?.overall(0)).toBe(false);
});

test("tags say a word, the environment's, a header's, a format's", () => {
  vi.stubEnv("MELTEMI_TEST_POD", "pod-1");
  const all: JsonObject[] = [
    { tag: "a", literal: { value: "word" } },
    { tag: "b", environment: { name: "MELTEMI_TEST_POD", defaultValue: "none" } },
    { tag: "c", environment: { name: "MELTEMI_TEST_MISSING", defaultValue: "none" } },
    { tag: "d", requestHeader: { name: "User", defaultValue: "nobody" } },
    { tag: "e", requestHeader: { name: "Group", defaultValue: "nobody" } },
    { tag: "f", value: "at %ROUTE_NAME%" },
  ];
  expect(tags(all, ["user", "Jason"])).toEqual([
    ["a", "word"],
    ["b", "pod-1"],
    ["c", "none"],
    ["d", "Jason"],
    ["e", "nobody"],
    ["f", "at r1"],
  ]);
});

test("a tag of no kind, or in a format that the host does not know, is told with its place", () => {
  expect(() => compile({ customTags: [{ tag: "a", literal: { value: "w" } }, { tag: "b" }] })).toThrow(
    /routes\[0\]\.tracing\.custom_tags\[1\].*expected one of literal/,
  );
  expect(() => compile({ customTags: [{ tag: "a", value: "%NO_SUCH%" }] })).toThrow(
    /routes\[0\]\.tracing\.custom_tags\[0\]\.value/,
  );
});

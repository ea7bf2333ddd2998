import { create, fromJson, type JsonObject } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { RuntimeFractionalPercentSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { HeaderMatcherSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { HeaderMap } from "../headers/index.js";
import { compileFraction, compileHeaderMatcher } from "./index.js";

function matches(matcher: JsonObject, ...values: string[]): boolean {
  const compiled = compileHeaderMatcher(fromJson(HeaderMatcherSchema, { name: "X-A", ...matcher }), "m");
  return compiled(new HeaderMap(values.map((value) => ["x-a", value] as const)));
}

describe("header matcher (each case as the real Envoy answers)", () => {
  it.each<[JsonObject, string[], boolean]>([
    [{ presentMatch: true }, ["3"], true],
    [{ presentMatch: true }, [], false],
    [{ presentMatch: false }, [], true],
    [{ presentMatch: false }, ["3"], false],
    [{ presentMatch: true, invertMatch: true }, [], true],
    [{ presentMatch: true, invertMatch: true }, ["3"], false],
    [{ presentMatch: true, treatMissingHeaderAsEmpty: true }, [], true],
    [{ presentMatch: false, treatMissingHeaderAsEmpty: true }, [], false],
    [{ stringMatch: { exact: "b" }, invertMatch: true }, [], false],
    [{ stringMatch: { exact: "b" }, invertMatch: true }, ["3"], true],
    [{ stringMatch: { exact: "b" }, invertMatch: true, treatMissingHeaderAsEmpty: true }, [], true],
    [{ stringMatch: { exact: "a,b" } }, ["a", "b"], false],
    [{ stringMatch: { contains: "a,b" } }, ["a", "b"], false],
    [{ stringMatch: { exact: "b" } }, ["a", "b"], true],
    [{ stringMatch: { prefix: "b" } }, ["a", "b"], true],
    [{ stringMatch: { exact: "b" }, invertMatch: true }, ["a", "b"], false],
    [{ rangeMatch: { start: "1", end: "5" } }, ["9", "3"], true],
    [{ rangeMatch: { start: "1", end: "5" } }, ["3,4"], false],
    [{ rangeMatch: { start: "1", end: "5" } }, ["+3"], true],
    [{ rangeMatch: { start: "1", end: "5" }, invertMatch: true }, ["9", "3"], false],
    [{ rangeMatch: { start: "1", end: "5" }, invertMatch: true }, ["9", "8"], true],
    [{ stringMatch: { exact: "JaSon", ignoreCase: true } }, ["jAsOn"], true],
    [{ stringMatch: { exact: "é" } }, ["\u00c3\u00a9"], true],
    [{ stringMatch: { prefix: "ja" } }, ["jason"], true],
    [{ stringMatch: { suffix: "on" } }, ["jason"], true],
    [{ stringMatch: { contains: "aso" } }, ["jason"], true],
    [{ stringMatch: { safeRegex: { regex: "j.*n" } } }, ["jason"], true],
    [{ stringMatch: { safeRegex: { regex: "j" } } }, ["jason"], false],
    [{ stringMatch: { safeRegex: { regex: "." } } }, ["\u00c3\u00a9"], true],
    [{ rangeMatch: { start: "1", end: "5" } }, ["3"], true],
    [{ rangeMatch: { start: "1", end: "5" } }, ["5"], false],
    [{ rangeMatch: { start: "-9", end: "5" } }, ["-3"], true],
    [{ rangeMatch: { start: "1", end: "5" } }, ["x"], false],
    [{ exactMatch: "b" }, ["b"], true],
    [{ prefixMatch: "b" }, ["bc"], true],
    [{ suffixMatch: "c" }, ["bc"], true],
    [{ containsMatch: "b" }, ["abc"], true],
    [{ safeRegexMatch: { regex: "a+" } }, ["aa"], true],
    [{}, ["x"], true],
  ])("%j on %j: %s", (matcher, values, expected) => {
    expect(matches(matcher, ...values)).toBe(expected);
  });

  it("names the place of a bad pattern", () => {
    expect(() => matches({ stringMatch: { safeRegex: { regex: "(?=a)" } } })).toThrow(
      "m.string_match.safe_regex.regex: '(?=a)': invalid perl operator",
    );
  });
});

describe("fraction", () => {
  it("takes the numerator's share of the random numbers", () => {
    const half = compileFraction(
      create(RuntimeFractionalPercentSchema, { defaultValue: { numerator: 30, denominator: 0 } }),
    );
    expect([0, 29, 30, 99, 129].map((random) => half?.(random))).toEqual([true, true, false, false, true]);
    expect(compileFraction(undefined)).toBeUndefined();
  });
});

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  HeaderMatcherSchema,
  type RouteMatch,
  RouteMatchSchema,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { AttributeMatch } from "../../model/index.js";
import { attributeHeader } from "../attribute-header.js";

type Specifier = MessageInitShape<typeof HeaderMatcherSchema>["headerMatchSpecifier"];

/** Attributes are headers between the codecs, so a rule on attributes is a match of headers. */
export function routeMatch(conditions: readonly AttributeMatch[]): RouteMatch {
  return create(RouteMatchSchema, {
    pathSpecifier: { case: "prefix", value: "/" },
    headers: headerMatchers(conditions),
  });
}

/** The same for the CONNECT that a session is. */
export function sessionMatch(conditions: readonly AttributeMatch[]): RouteMatch {
  return create(RouteMatchSchema, {
    pathSpecifier: { case: "connectMatcher", value: {} },
    headers: headerMatchers(conditions),
  });
}

function headerMatchers(conditions: readonly AttributeMatch[]) {
  return conditions.map(({ name, invert, test }) => {
    const headerMatchSpecifier = specifier(test);
    // Envoy calls a header that is not there no match, inverted or not; «not x» should hold without it.
    const absentToo = invert && test.kind !== "present";
    return create(HeaderMatcherSchema, {
      name: attributeHeader(name),
      headerMatchSpecifier,
      invertMatch: invert,
      treatMissingHeaderAsEmpty: absentToo,
    });
  });
}

function specifier(test: AttributeMatch["test"]): NonNullable<Specifier> {
  switch (test.kind) {
    case "present":
      return { case: "presentMatch", value: test.value };
    case "range":
      return { case: "rangeMatch", value: { start: BigInt(test.start), end: BigInt(test.end) } };
    case "regex":
      return text({ case: "safeRegex", value: { regex: test.value } });
    case "prefix":
      return text({ case: "prefix", value: test.value }, test.ignoreCase);
    default:
      return text({ case: test.kind, value: test.value });
  }
}

function text(
  matchPattern: MessageInitShape<
    typeof import("../../../xds/gen/envoy/type/matcher/v3/string_pb.js").StringMatcherSchema
  >["matchPattern"],
  ignoreCase = false,
): NonNullable<Specifier> {
  return { case: "stringMatch", value: matchPattern === undefined ? {} : { matchPattern, ignoreCase } };
}

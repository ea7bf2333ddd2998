import type { HeaderMatcher as HeaderMatcherProto } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError } from "../../config/index.js";
import { asciiLower, type HeaderMap, toByteString } from "../headers/index.js";
import { compileRegex, compileStringMatcher, exact, prefix, type StringPredicate } from "./string-matcher.js";

/** Says whether a message's headers match. */
export type HeaderPredicate = (headers: HeaderMap) => boolean;

/**
 * Compiles envoy.config.route.v3.HeaderMatcher. Of several values of a name one must match; `invert_match` turns that
 * around: none may. (Seen on Envoy 1.40, which does not join them.)
 */
export function compileHeaderMatcher(matcher: HeaderMatcherProto, path: string): HeaderPredicate {
  if (matcher.name === "") throw new ConfigError(`${path}.name`, "a header name is required");
  const name = asciiLower(toByteString(matcher.name));
  const { invertMatch, treatMissingHeaderAsEmpty } = matcher;
  const specifier = matcher.headerMatchSpecifier;
  if (specifier.case === undefined || specifier.case === "presentMatch") {
    const wanted = specifier.case === undefined || specifier.value;
    return (headers) => ((treatMissingHeaderAsEmpty || headers.has(name)) === wanted) !== invertMatch;
  }
  const matches = valuePredicate(specifier, path);
  return (headers) => {
    const values = headers.all(name);
    // As Envoy: an absent header fails the match, inverted or not.
    if (values.length === 0) return treatMissingHeaderAsEmpty && matches("") !== invertMatch;
    return values.some(matches) !== invertMatch;
  };
}

function valuePredicate(specifier: HeaderMatcherProto["headerMatchSpecifier"], path: string): StringPredicate {
  switch (specifier.case) {
    case "stringMatch":
      return compileStringMatcher(specifier.value, `${path}.string_match`);
    case "exactMatch":
      return exact(specifier.value, false);
    case "prefixMatch":
      return prefix(specifier.value, false);
    case "suffixMatch": {
      const wanted = toByteString(specifier.value);
      return (value) => value.endsWith(wanted);
    }
    case "containsMatch": {
      const wanted = toByteString(specifier.value);
      return (value) => value.includes(wanted);
    }
    case "safeRegexMatch":
      return compileRegex(specifier.value, `${path}.safe_regex_match`);
    case "rangeMatch": {
      const { start, end } = specifier.value;
      return (value) => {
        const number = integer(value);
        return number !== undefined && number >= start && number < end;
      };
    }
    default:
      throw new ConfigError(path, "expected a header match");
  }
}

/** A decimal number with optional sign and surrounding spaces: what absl::SimpleAtoi reads. */
function integer(value: string): bigint | undefined {
  const trimmed = value.trim();
  return /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed.replace(/^\+/, "")) : undefined;
}

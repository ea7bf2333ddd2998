import type { RegexMatcher } from "../../../xds/gen/envoy/type/matcher/v3/regex_pb.js";
import type { StringMatcher as StringMatcherProto } from "../../../xds/gen/envoy/type/matcher/v3/string_pb.js";
import { ConfigError } from "../../config/index.js";
import { asciiLower, toByteString, toText } from "../headers/index.js";
import { re2FullMatch } from "./re2.js";

/** Says whether a byte string (a header's value, a path) matches. */
export type StringPredicate = (value: string) => boolean;

/** Compiles envoy.type.matcher.v3.StringMatcher; `path` is where it stands, for errors. */
export function compileStringMatcher(matcher: StringMatcherProto, path: string): StringPredicate {
  const { matchPattern: pattern, ignoreCase } = matcher;
  switch (pattern.case) {
    case "exact":
      return exact(pattern.value, ignoreCase);
    case "prefix":
      return prefix(pattern.value, ignoreCase);
    case "suffix":
      return folded(pattern.value, ignoreCase, (value, wanted) => value.endsWith(wanted));
    case "contains":
      return folded(pattern.value, ignoreCase, (value, wanted) => value.includes(wanted));
    case "safeRegex":
      if (ignoreCase) throw new ConfigError(`${path}.ignore_case`, "ignore_case has no effect for safe_regex.");
      return compileRegex(pattern.value, `${path}.safe_regex`);
    case "custom":
      throw new ConfigError(`${path}.custom`, "custom string matchers are not implemented");
    default:
      throw new ConfigError(path, "expected one of exact, prefix, suffix, contains, safe_regex");
  }
}

/** Equality, optionally without regard to ASCII case. */
export function exact(text: string, ignoreCase: boolean): StringPredicate {
  return folded(text, ignoreCase, (value, wanted) => value === wanted);
}

/** A common beginning, optionally without regard to ASCII case. */
export function prefix(text: string, ignoreCase: boolean): StringPredicate {
  return folded(text, ignoreCase, (value, wanted) => value.startsWith(wanted));
}

/** A full match in RE2's syntax; values are read as UTF-8, as RE2 does. */
export function compileRegex(matcher: RegexMatcher, path: string): StringPredicate {
  try {
    const matches = re2FullMatch(matcher.regex);
    return (value) => matches(toText(value));
  } catch (error) {
    throw new ConfigError(`${path}.regex`, `'${matcher.regex}': ${error instanceof Error ? error.message : error}`);
  }
}

function folded(text: string, ignoreCase: boolean, test: (value: string, wanted: string) => boolean): StringPredicate {
  const wanted = toByteString(text);
  if (!ignoreCase) return (value) => test(value, wanted);
  const lower = asciiLower(wanted);
  return (value) => test(asciiLower(value), lower);
}

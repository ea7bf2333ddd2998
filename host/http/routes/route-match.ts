import type { RouteMatch } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError } from "../../config/index.js";
import { type HeaderMap, toByteString } from "../headers/index.js";
import {
  compileFraction,
  compileHeaderMatcher,
  compileRegex,
  compileStringMatcher,
  exact,
  prefix,
  type StringPredicate,
} from "../matching/index.js";

/** Says whether a request with this random number is a route's. */
export type RoutePredicate = (headers: HeaderMap, random: number) => boolean;

type Path = RouteMatch["pathSpecifier"];

/** Compiles the conditions of one route; all must hold. */
export function compileRouteMatch(match: RouteMatch | undefined, path: string): RoutePredicate {
  if (!match) throw new ConfigError(path, "a match is required");
  const matchesPath = pathPredicate(match.pathSpecifier, match.caseSensitive === false, path);
  const fraction = compileFraction(match.runtimeFraction);
  const headerMatchers = match.headers.map((each, index) => compileHeaderMatcher(each, `${path}.headers[${index}]`));
  const queryMatchers = match.queryParameters.map((each, index) =>
    queryPredicate(each, `${path}.query_parameters[${index}]`),
  );
  const grpc = match.grpc !== undefined;
  return (headers, random) =>
    matchesPath(headers) &&
    (fraction === undefined || fraction(random)) &&
    headerMatchers.every((matches) => matches(headers)) &&
    queryMatchers.every((matches) => matches(queryOf(headers.get(":path") ?? ""))) &&
    (!grpc || isGrpc(headers));
}

function pathPredicate(specifier: Path, ignoreCase: boolean, path: string): (headers: HeaderMap) => boolean {
  const matches = plainPath(specifier, ignoreCase, path);
  if (matches === undefined) return (headers) => headers.get(":method") === "CONNECT";
  return (headers) => {
    const requested = headers.get(":path");
    return requested !== undefined && matches(withoutQuery(requested));
  };
}

function plainPath(specifier: Path, ignoreCase: boolean, path: string): StringPredicate | undefined {
  switch (specifier.case) {
    case "prefix":
      return specifier.value === "/" ? (value) => value.startsWith("/") : prefix(specifier.value, ignoreCase);
    case "path":
      return exact(specifier.value, ignoreCase);
    case "safeRegex":
      return compileRegex(specifier.value, `${path}.safe_regex`);
    case "pathSeparatedPrefix": {
      if (/[?#]|\/$/.test(specifier.value)) {
        throw new ConfigError(`${path}.path_separated_prefix`, "must have no '?' or '#' and not end with '/'");
      }
      const whole = exact(specifier.value, ignoreCase);
      const begins = prefix(`${specifier.value}/`, ignoreCase);
      return (value) => whole(value) || begins(value);
    }
    case "connectMatcher":
      return undefined;
    default:
      throw new ConfigError(path, "expected one of prefix, path, safe_regex, path_separated_prefix, connect_matcher");
  }
}

/** A path without its query and fragment: what path specifiers see. */
export function withoutQuery(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

function queryOf(path: string): URLSearchParams {
  const start = path.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : path.slice(start + 1).replace(/#.*$/, ""));
}

function queryPredicate(
  matcher: RouteMatch["queryParameters"][number],
  path: string,
): (query: URLSearchParams) => boolean {
  const specifier = matcher.queryParameterMatchSpecifier;
  if (specifier.case === "stringMatch") {
    const matches = compileStringMatcher(specifier.value, `${path}.string_match`);
    return (query) => {
      const value = query.get(matcher.name);
      return value !== null && matches(toByteString(value));
    };
  }
  const present = specifier.case === undefined || specifier.value;
  return (query) => query.has(matcher.name) === present;
}

function isGrpc(headers: HeaderMap): boolean {
  const type = headers.get("content-type");
  return type !== undefined && /^application\/grpc(?:$|[+;])/.test(type);
}

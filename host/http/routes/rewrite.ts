import type { RouteAction, RouteMatch } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError } from "../../config/index.js";
import { asciiLower, type HeaderMap, toByteString } from "../headers/index.js";
import { compileReplacement } from "./regex-replacement.js";
import { withoutQuery } from "./route-match.js";

type Rewrite = (headers: HeaderMap) => void;

/** Compiles `prefix_rewrite`, `regex_rewrite` and the host rewrites; undefined where there is none. */
export function compileRewrite(action: RouteAction, match: RouteMatch | undefined, path: string): Rewrite | undefined {
  const steps = [pathRewrite(action, match, path), hostRewrite(action, path)].filter((step) => step !== undefined);
  if (steps.length === 0) return undefined;
  return (headers) => {
    for (const step of steps) step(headers);
  };
}

function pathRewrite(action: RouteAction, match: RouteMatch | undefined, path: string): Rewrite | undefined {
  if (action.prefixRewrite !== "" && action.regexRewrite) {
    throw new ConfigError(path, "only one of prefix_rewrite and regex_rewrite may be given");
  }
  if (action.regexRewrite) {
    const replace = compileReplacement(action.regexRewrite, `${path}.regex_rewrite`);
    return (headers) => rewritePath(headers, replace);
  }
  if (action.prefixRewrite === "") return undefined;
  const by = toByteString(action.prefixRewrite);
  const specifier = match?.pathSpecifier;
  const matched =
    specifier?.case === "prefix" || specifier?.case === "pathSeparatedPrefix" ? specifier.value.length : undefined;
  return (headers) => rewritePath(headers, (plain) => by + plain.slice(matched ?? plain.length));
}

/** Rewrites the path and leaves the query; the old path is kept in x-envoy-original-path, as Envoy does. */
function rewritePath(headers: HeaderMap, change: (path: string) => string): void {
  const old = headers.get(":path") ?? "";
  const plain = withoutQuery(old);
  headers.set("x-envoy-original-path", old);
  headers.set(":path", change(plain) + old.slice(plain.length));
}

function hostRewrite(action: RouteAction, path: string): Rewrite | undefined {
  const specifier = action.hostRewriteSpecifier;
  switch (specifier.case) {
    case "hostRewriteLiteral": {
      const host = toByteString(specifier.value);
      return (headers) => headers.set(":authority", host);
    }
    case "hostRewriteHeader": {
      const name = asciiLower(specifier.value);
      return (headers) => {
        const host = headers.get(name);
        if (host !== undefined && host !== "") headers.set(":authority", host);
      };
    }
    case "hostRewritePathRegex": {
      const replace = compileReplacement(specifier.value, `${path}.host_rewrite_path_regex`);
      return (headers) => headers.set(":authority", replace(withoutQuery(headers.get(":path") ?? "")));
    }
    default:
      return undefined;
  }
}

import {
  RedirectAction_RedirectResponseCode as Code,
  type RedirectAction,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { HeaderMap } from "../headers/index.js";
import { compileReplacement } from "./regex-replacement.js";
import { withoutQuery } from "./route-match.js";
import type { Redirect } from "./types.js";

const STATUS: Readonly<Record<Code, number>> = {
  [Code.MOVED_PERMANENTLY]: 301,
  [Code.FOUND]: 302,
  [Code.SEE_OTHER]: 303,
  [Code.TEMPORARY_REDIRECT]: 307,
  [Code.PERMANENT_REDIRECT]: 308,
};

/** Compiles a redirect; `matchedPrefix` is what a prefix rewrite replaces, undefined for the whole path. */
export function compileRedirect(action: RedirectAction, matchedPrefix: string | undefined, path: string): Redirect {
  const newPath = pathChange(action, matchedPrefix, path);
  const schemeChange = action.schemeRewriteSpecifier;
  return {
    kind: "redirect",
    status: STATUS[action.responseCode],
    location(headers: HeaderMap): string {
      const old = headers.get(":scheme") ?? headers.get("x-forwarded-proto") ?? "http";
      let scheme = old;
      if (schemeChange.case === "schemeRedirect") scheme = schemeChange.value;
      else if (schemeChange.case === "httpsRedirect" && schemeChange.value) scheme = "https";
      return `${scheme}://${host(action, headers.get(":authority") ?? "", old !== scheme, scheme)}${newPath(headers)}`;
    },
  };
}

function host(action: RedirectAction, authority: string, schemeChanged: boolean, scheme: string): string {
  const port = /:(\d+)$/.exec(authority)?.[1];
  const bare = port === undefined ? authority : authority.slice(0, -port.length - 1);
  const name = action.hostRedirect === "" ? bare : action.hostRedirect;
  if (action.portRedirect !== 0) return `${name}:${action.portRedirect}`;
  if (action.hostRedirect !== "" || port === undefined) return name;
  // A default port of the old scheme would be wrong under the new one.
  const stale = schemeChanged && port === (scheme === "https" ? "80" : "443");
  return stale ? name : authority;
}

function pathChange(action: RedirectAction, matched: string | undefined, path: string): (headers: HeaderMap) => string {
  const specifier = action.pathRewriteSpecifier;
  const rest = (old: string) => (action.stripQuery ? "" : old.slice(withoutQuery(old).length));
  switch (specifier.case) {
    case "pathRedirect":
      return (headers) => specifier.value + (specifier.value.includes("?") ? "" : rest(headers.get(":path") ?? ""));
    case "prefixRewrite":
      return (headers) => {
        const old = headers.get(":path") ?? "";
        const plain = withoutQuery(old);
        return specifier.value + plain.slice(matched?.length ?? plain.length) + rest(old);
      };
    case "regexRewrite": {
      const replace = compileReplacement(specifier.value, `${path}.regex_rewrite`);
      return (headers) => {
        const old = headers.get(":path") ?? "";
        return replace(withoutQuery(old)) + rest(old);
      };
    }
    default:
      return (headers) => {
        const old = headers.get(":path") ?? "";
        return withoutQuery(old) + rest(old);
      };
  }
}

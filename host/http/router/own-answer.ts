import { HeaderMap, toByteString } from "../headers/index.js";
import type { DirectResponse, Redirect, Route } from "../routes/index.js";
import type { RouterHost } from "../stream/index.js";

type LocalReply = Parameters<RouterHost["sendLocalReply"]>[0];
type FormatContext = ReturnType<RouterHost["formatContext"]>;

/** What a route answers by itself, without a cluster. */
export function ownAnswer(
  route: Route,
  action: DirectResponse | Redirect,
  headers: HeaderMap,
  context: FormatContext,
): LocalReply {
  const added = new HeaderMap();
  if (action.kind === "redirect") added.add("location", toByteString(action.location(headers)));
  else if (action.status === 201 || Math.floor(action.status / 100) === 3) added.add("location", ownUrl(headers));
  for (const mutate of route.responseMutations) {
    mutate(added, { ...context, responseHeaders: added, responseCode: action.status });
  }
  return {
    status: action.status,
    details: "direct_response",
    body: action.kind === "direct" ? action.body : undefined,
    headers: [...added],
  };
}

/** The request's own URL: where Envoy says that a 201 or 3xx of its own is. */
function ownUrl(headers: HeaderMap): string {
  const scheme = headers.get("x-forwarded-proto") ?? headers.get(":scheme") ?? "http";
  return `${scheme}://${headers.get(":authority") ?? ""}${headers.get(":path") ?? ""}`;
}

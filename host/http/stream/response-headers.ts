import type { HeaderMap } from "../headers/index.js";

/** What of the connection manager's configuration decides over response headers. */
export interface ResponseHeaderOptions {
  readonly serverName: string;
  readonly server: "overwrite" | "append-if-absent" | "pass-through";
  readonly alwaysSetRequestId: boolean;
  readonly via: string;
}

const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "transfer-encoding"] as const;

/** Makes the headers of a response what Envoy's connection manager sends: in Envoy the last step before the codec. */
export function finishResponseHeaders(headers: HeaderMap, request: HeaderMap, options: ResponseHeaderOptions): void {
  for (const name of HOP_BY_HOP) headers.remove(name);
  if (options.via !== "") headers.add("via", options.via);
  if (options.alwaysSetRequestId) {
    const id = request.get("x-request-id");
    if (id !== undefined && !headers.has("x-request-id")) headers.add("x-request-id", id);
  }
  if (!headers.has("date")) headers.add("date", httpDate());
  if (options.server === "overwrite" || (options.server === "append-if-absent" && !headers.has("server"))) {
    headers.set("server", options.serverName);
  }
}

let cachedDate = "";
let cachedSecond = -1;

/** Formatting a date costs more than the rest of a header block: once a second is enough. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedDate = new Date(second * 1000).toUTCString();
  }
  return cachedDate;
}

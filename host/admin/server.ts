import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { ConfigError, hostPort } from "../config/index.js";
import { prometheusText, statsJson, statsText } from "../stats/index.js";
import { clustersJson, clustersText } from "./clusters.js";
import type { AdminView } from "./types.js";

/** An answer: text, or JSON where `json` says so. */
interface Page {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

const JSON_TYPE = "application/json";
const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const PAGES: Readonly<Record<string, (view: AdminView, query: URLSearchParams) => Page>> = {
  "/": () => ({ body: `${Object.keys(PAGES).join("\n")}\n` }),
  "/stats": stats,
  "/stats/prometheus": ({ stats: store, statTags }, query) => ({
    type: PROMETHEUS_TYPE,
    body: prometheusText(store, filter(query), statTags),
  }),
  "/clusters": ({ clusters }, query) =>
    query.get("format") === "json"
      ? { type: JSON_TYPE, body: clustersJson(clusters()) }
      : { body: clustersText(clusters()) },
  "/config_dump": ({ configDump }) => ({ type: JSON_TYPE, body: `${JSON.stringify(configDump(), null, 1)}\n` }),
  "/listeners": listeners,
  "/ready": ({ state }) => ({ status: state() === "LIVE" ? 200 : 503, body: `${state()}\n` }),
  "/server_info": ({ state, node, startTime }) => ({
    type: JSON_TYPE,
    body: JSON.stringify({
      version: "meltemi-host",
      state: state(),
      uptime_current_epoch: `${Math.floor((Date.now() - startTime) / 1000)}s`,
      node,
    }),
  }),
};

function stats({ stats: store, statTags }: AdminView, query: URLSearchParams): Page {
  const matches = filter(query);
  switch (query.get("format")) {
    case "prometheus":
      return { type: PROMETHEUS_TYPE, body: prometheusText(store, matches, statTags) };
    case "json":
      return { type: JSON_TYPE, body: statsJson(store, matches) };
    default:
      return { body: statsText(store, matches) };
  }
}

function listeners({ listeners: all }: AdminView, query: URLSearchParams): Page {
  if (query.get("format") !== "json")
    return {
      body: all()
        .map(({ name, address }) => `${name}::${address}\n`)
        .join(""),
    };
  const statuses = all().map(({ name, address, port }) => ({
    name,
    local_address:
      port === undefined
        ? { envoy_internal_address: { server_listener_name: name } }
        : { socket_address: { address: address.slice(0, address.lastIndexOf(":")), port_value: port } },
  }));
  return { type: JSON_TYPE, body: JSON.stringify({ listener_statuses: statuses }) };
}

function filter(query: URLSearchParams): (name: string) => boolean {
  const pattern = query.get("filter");
  if (pattern === null) return () => true;
  const regex = new RegExp(pattern);
  return (name) => regex.test(name);
}

/** A running admin interface. */
export interface Admin {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the admin pages; on loopback only, since they tell everything. */
export async function startAdmin(address: { host: string; port: number }, view: AdminView): Promise<Admin> {
  if (!/^(127\.|::1$|localhost$)/.test(address.host)) {
    throw new ConfigError("admin.address", `expected a loopback address, not ${address.host}`);
  }
  const server = createServer((request, response) => answer(request, response, view));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new ConfigError("admin.address", error.message)));
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  const bound = server.address();
  if (typeof bound !== "object" || bound === null)
    throw new Error(`no port at ${hostPort(address.host, address.port)}`);
  return {
    port: bound.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, view: AdminView): void {
  const url = new URL(request.url ?? "/", "http://admin");
  const page = PAGES[url.pathname];
  let result: Page;
  try {
    if (page === undefined) result = { status: 404, body: `no page ${url.pathname}\n` };
    else if (request.method !== "GET" && request.method !== "HEAD") result = { status: 405, body: "expected GET\n" };
    else result = page(view, url.searchParams);
  } catch (error) {
    result = { status: 400, body: `${error instanceof Error ? error.message : String(error)}\n` };
  }
  response.writeHead(result.status ?? 200, { "content-type": result.type ?? "text/plain; charset=utf-8" });
  response.end(result.body);
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { accepting, freePorts, startProxy, startScript } from "../processes.js";
import type { Target } from "../scenario.js";
import type { Site } from "../site.js";
import { cluster, listener, NETWORK } from "../static-resources.js";

const HTTP = "type.googleapis.com/envoy.extensions.filters.http";
const MODULE = fileURLToPath(new URL("../../../wasm/http/header-mutation.wasm", import.meta.url));

/** What the filter does; `plain.ts` does the same. */
const CHANGES = {
  attributes: false,
  request: [{ set: "x-user-group", value: "canary" }, { remove: "x-debug" }],
  response: [{ add: "x-served-by", value: "meltemi" }],
};

/** A proxy's two listeners: with the filter, and without. */
export interface Pair {
  readonly filtered: Target;
  readonly bare: Target;
}

/** Envoy with one worker. */
export function envoyPair(site: Site, envoy: string, backend: number): Promise<Pair> {
  const more = ["--concurrency", "1", "--use-dynamic-base-id", "-l", "error"];
  return pair(site, "filter-envoy", backend, (config) => [envoy, ["-c", config, ...more]]);
}

export function hostPair(site: Site, backend: number): Promise<Pair> {
  const main = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
  return pair(site, "filter-host", backend, (config) => [process.execPath, [main, "host", "--bootstrap", config]]);
}

/** node:http. */
export async function plainProxy(site: Site, backend: number): Promise<Target> {
  const { process: child, line } = await startScript(new URL("./plain.js", import.meta.url), `${backend}`);
  site.adopt(child);
  return { port: Number(line), pid: child.pid ?? 0 };
}

async function pair(
  site: Site,
  name: string,
  backend: number,
  command: (config: string) => [string, string[]],
): Promise<Pair> {
  const [filtered = 0, bare = 0, admin = 0] = await freePorts(3);
  const file = join(site.folder, `${name}.yaml`);
  writeFileSync(
    file,
    stringify({
      node: { id: name, cluster: "bench" },
      admin: { address: { socket_address: { address: "127.0.0.1", port_value: admin } } },
      static_resources: {
        listeners: [
          listener("filtered", filtered, connectionManager([wasm(), router()])),
          listener("bare", bare, connectionManager([router()])),
        ],
        clusters: [cluster("backend", backend)],
      },
    }),
  );
  const child = await startProxy(...command(file), admin);
  site.adopt(child);
  await Promise.all([accepting(filtered), accepting(bare)]);
  const pid = child.pid ?? 0;
  return { filtered: { port: filtered, pid, admin }, bare: { port: bare, pid, admin } };
}

function connectionManager(filters: readonly object[]) {
  const route = { match: { prefix: "/" }, route: { cluster: "backend", timeout: "0s" } };
  return {
    "@type": `${NETWORK}.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "bench",
    codec_type: "HTTP1",
    generate_request_id: false,
    stream_idle_timeout: "0s",
    route_config: { name: "bench", virtual_hosts: [{ name: "all", domains: ["*"], routes: [route] }] },
    http_filters: filters,
  };
}

function wasm() {
  const configuration = { "@type": "type.googleapis.com/google.protobuf.StringValue", value: JSON.stringify(CHANGES) };
  const vm = { vm_id: "bench", runtime: "envoy.wasm.runtime.v8", code: { local: { filename: MODULE } } };
  const config = { name: "header-mutation", root_id: "meltemi.header-mutation", vm_config: vm, configuration };
  return { name: "filter", typed_config: { "@type": `${HTTP}.wasm.v3.Wasm`, config } };
}

function router() {
  return { name: "router", typed_config: { "@type": `${HTTP}.router.v3.Router` } };
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { probeModule } from "../../host/vm/spec/kit.support.js";
import { freePort, type ProxyKind, type RunningProxy, startProxy, until } from "../support/index.js";
import type { Case, Observation } from "./case.js";
import { type Line, moduleLines } from "./log.js";
import { ask, exchange, type Reached } from "./traffic.js";
import { grpcEcho, httpEcho, silence, tcpEcho, type Upstream } from "./upstreams.js";

const TYPE = "type.googleapis.com/envoy.extensions.filters";

/** What configuration carries for modules to read. One value each: with more, Envoy's order is another each time. */
const metadata = (value: unknown) => ({ filter_metadata: { made: { value } } });

/** A case has so long to say its last. */
const PATIENCE_MS = 10_000;

/** Runs all cases on one proxy, each behind a listener of its own; what came of each by its name. */
export async function observe(kind: ProxyKind, cases: readonly Case[]): Promise<Map<string, Observation>> {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-differential-"));
  const upstreams = { http: await httpEcho(), tcp: await tcpEcho(), grpc: await grpcEcho(), silent: await silence() };
  let proxy: RunningProxy | undefined;
  try {
    const adminPort = await freePort();
    const ports = new Map<string, number>();
    for (const { name } of cases) ports.set(name, await freePort());
    const bootstrap = stringify(await configure(cases, ports, adminPort, upstreams, folder));
    proxy = await startProxy(kind, { bootstrap, adminPort, concurrency: 1 });
    return await run(proxy, cases, ports);
  } finally {
    await proxy?.close();
    for (const upstream of Object.values(upstreams)) upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(proxy: RunningProxy, cases: readonly Case[], ports: ReadonlyMap<string, number>) {
  const lines = () => moduleLines(proxy.kind, proxy.log());
  // The host's lines come by another way than its readiness; this one comes after them all.
  if (proxy.kind === "host") await until("the host's log", () => proxy.log().includes('"msg":"ready"'));
  await settled(() => lines());
  const started = lines();
  const found = new Map<string, Observation>();
  for (const each of cases) {
    const mine = (all: readonly Line[]) => all.filter(({ vmId }) => vmId === each.name).map(({ text }) => text);
    const startup = mine(started);
    const log = () => mine(lines()).slice(startup.length);
    const reached: Reached = async (write) => {
      const before = log().length;
      write();
      // A module that logs nothing of it, or is dead, holds nobody up for long.
      await until("the module's log", () => log().length > before, { timeoutMs: 500 }).catch(() => undefined);
      await settled(log);
    };
    const client: string[] = [];
    const port = ports.get(each.name) ?? 0;
    for (const request of each.http ?? []) client.push(...(await ask(port, request, reached)));
    for (const connection of each.tcp ?? []) client.push(...(await exchange(port, connection, reached)));
    await over(each, log);
    found.set(each.name, { client, startup: [...new Set(startup)], log: log(), metrics: {} });
  }
  const stats = [...(await proxy.stats())];
  for (const [name, observation] of found) {
    const own = stats.filter(([stat]) => stat.startsWith(`wasmcustom.${name}.`));
    found.set(name, { ...observation, metrics: Object.fromEntries(own) });
  }
  return found;
}

/**
 * Until the line that the case names has come, or a context was made for each request and connection and all are deleted,
 * and nothing follows. A client may have its answer long before the log is here: a log that is still empty says nothing.
 */
async function over({ until: last, name, http = [], tcp = [] }: Case, log: () => string[]): Promise<void> {
  const count = (of: RegExp) => log().filter((line) => of.test(line)).length;
  const ended = () => {
    const made = count(/^info context_create /);
    return made >= http.length + tcp.length && count(/^info delete /) >= made;
  };
  const done = () => (last ? count(last) > 0 : ended());
  await until(`${name} to be over`, done, { timeoutMs: PATIENCE_MS }).catch(() => undefined);
  await settled(log);
}

/** Until the log has not grown for a while. */
async function settled(log: () => readonly unknown[]): Promise<void> {
  let before = -1;
  await until(
    "the log to be still",
    () => {
      const now = log().length;
      const still = now === before;
      before = now;
      return still;
    },
    { everyMs: 40 },
  );
}

async function configure(
  cases: readonly Case[],
  ports: ReadonlyMap<string, number>,
  adminPort: number,
  upstreams: { http: Upstream; tcp: Upstream; grpc: Upstream; silent: Upstream },
  folder: string,
) {
  const address = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  const options = (explicit: object) => ({
    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    explicit_http_config: explicit,
  });
  const nobody = await freePort();
  const HTTP2 = { http2_protocol_options: {} };
  const HTTP1 = { http_protocol_options: { enable_trailers: true } };
  const cluster = (name: string, port: number, protocol: object = HTTP1) => ({
    name,
    typed_extension_protocol_options: { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options(protocol) },
    connect_timeout: "2s",
    metadata: metadata(["of the cluster"]),
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          ...(name === "http" && { locality: { region: "r1", zone: "z1", sub_zone: "s1" } }),
          lb_endpoints: [{ endpoint: { address: address(port) }, metadata: metadata({ of: "the endpoint" }) }],
        },
      ],
    },
  });
  const listeners = [];
  for (const each of cases) {
    const file = join(folder, `${each.name}.wasm`);
    writeFileSync(file, await (each.module ?? probeModule)());
    const filters = each.tcp ? tcpChain(plugin(each, file)) : httpChain(plugin(each, file));
    const at = address(ports.get(each.name) ?? 0);
    listeners.push({ name: each.name, address: at, filter_chains: [{ filters }], metadata: metadata(true) });
  }
  return {
    node: { id: "differential", cluster: "test", metadata: { role: "r1" }, locality: { region: "eu" } },
    admin: { address: address(adminPort) },
    static_resources: {
      listeners,
      clusters: [
        cluster("http", upstreams.http.port),
        cluster("tcp", upstreams.tcp.port),
        cluster("grpc", upstreams.grpc.port, HTTP2),
        cluster("refused", nobody),
        cluster("refused2", nobody, HTTP2),
        cluster("silent", upstreams.silent.port),
        { ...cluster("empty", 0), load_assignment: { cluster_name: "empty" } },
      ],
    },
  };
}

function plugin(each: Case, file: string) {
  const text = (value: string) => ({ "@type": "type.googleapis.com/google.protobuf.StringValue", value });
  const { configuration, vmConfiguration, environment, failurePolicy, reloadBackoff } = each;
  return {
    name: each.name,
    root_id: "root",
    ...(each.failOpen && { fail_open: true }),
    ...(failurePolicy && { failure_policy: failurePolicy }),
    ...(reloadBackoff && { reload_config: { backoff: { base_interval: reloadBackoff } } }),
    ...(each.allowOnHeadersStopIteration && { allow_on_headers_stop_iteration: true }),
    ...(configuration === undefined ? {} : { configuration: text(configuration) }),
    vm_config: {
      vm_id: each.name,
      runtime: "envoy.wasm.runtime.v8",
      code: { local: { filename: file } },
      ...(vmConfiguration === undefined ? {} : { configuration: text(vmConfiguration) }),
      ...(environment && { environment_variables: { key_values: environment } }),
    },
  };
}

function tcpChain(config: object) {
  return [
    { name: "wasm", typed_config: { "@type": `${TYPE}.network.wasm.v3.Wasm`, config } },
    {
      name: "tcp",
      typed_config: { "@type": `${TYPE}.network.tcp_proxy.v3.TcpProxy`, stat_prefix: "tcp", cluster: "tcp" },
    },
  ];
}

function httpChain(config: object) {
  const route = {
    name: "all",
    match: { prefix: "/" },
    route: { cluster: "http", timeout: "0s" },
    metadata: metadata("of the route"),
  };
  const other = {
    ...route,
    name: "other",
    match: { prefix: "/", headers: [{ name: "x-route", string_match: { exact: "other" } }] },
    response_headers_to_add: [{ header: { key: "x-routed", value: "other" } }],
  };
  return [
    {
      name: "http",
      typed_config: {
        "@type": `${TYPE}.network.http_connection_manager.v3.HttpConnectionManager`,
        stat_prefix: "http",
        codec_type: "HTTP1",
        http_protocol_options: { enable_trailers: true },
        generate_request_id: false,
        server_header_transformation: "PASS_THROUGH",
        route_config: {
          name: "local",
          virtual_hosts: [{ name: "all", domains: ["*"], routes: [other, route], metadata: metadata(15) }],
        },
        http_filters: [
          { name: "wasm", typed_config: { "@type": `${TYPE}.http.wasm.v3.Wasm`, config } },
          { name: "router", typed_config: { "@type": `${TYPE}.http.router.v3.Router` } },
        ],
      },
    },
  ];
}

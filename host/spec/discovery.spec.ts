import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { ClusterLoadAssignmentSchema } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { AdsServer, type Refusal, TypeUrl, typeRegistry } from "../../xds/index.js";
import type { Host } from "../index.js";
import { admin, client, closeAll, filter, host, own, stat, TYPES, tcpServer } from "./servers.support.js";

const SCHEMAS = {
  [TypeUrl.Cluster]: ClusterSchema,
  [TypeUrl.Endpoint]: ClusterLoadAssignmentSchema,
  [TypeUrl.Listener]: ListenerSchema,
  [TypeUrl.ExtensionConfig]: TypedExtensionConfigSchema,
} as const;

let server: AdsServer;
let refusals: Refusal[];
let bootstrap: string;

beforeEach(async () => {
  refusals = [];
  server = new AdsServer({ onAck: () => undefined, onNack: (refusal) => refusals.push(refusal) });
  const port = await server.listen(0);
  own(() => server.close());
  const overAds = { ads: {}, resource_api_version: "V3" };
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  bootstrap = JSON.stringify({
    node: { id: "n" },
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
    dynamic_resources: {
      ads_config: {
        api_type: "GRPC",
        transport_api_version: "V3",
        grpc_services: [{ envoy_grpc: { cluster_name: "xds" } }],
      },
      cds_config: overAds,
      lds_config: overAds,
    },
    static_resources: {
      clusters: [
        {
          name: "xds",
          load_assignment: { cluster_name: "xds", endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
        },
      ],
    },
  });
});

afterEach(closeAll);

type Resources = Partial<Record<keyof typeof SCHEMAS, Record<string, JsonValue>>>;

/** Publishes a whole set; a resource's version is its content. */
function publish(resources: Resources): void {
  const set = Object.entries(resources).map(([typeUrl, byName]) => {
    const schema = SCHEMAS[typeUrl as keyof typeof SCHEMAS];
    const entries = Object.entries(byName ?? {}).map(([name, json]) => {
      const any = anyPack(
        schema as typeof ClusterSchema,
        fromJson(schema as typeof ClusterSchema, json, { registry: typeRegistry }),
      );
      const body = create(AnySchema, { typeUrl, value: any.value });
      return [name, { name, version: JSON.stringify(json), body }] as const;
    });
    return [typeUrl, { version: JSON.stringify(byName), resources: new Map(entries) }] as const;
  });
  server.publish(new Map(set));
}

const edsCluster = (more: Record<string, JsonValue> = {}): JsonValue => ({
  name: "c",
  type: "EDS",
  eds_cluster_config: { eds_config: { ads: {}, resource_api_version: "V3" } },
  ...more,
});

const assignment = (port: number): JsonValue => ({
  cluster_name: "c",
  endpoints: [
    { lb_endpoints: [{ endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: port } } } }] },
  ],
});

const listener = (filters: object[], more: Record<string, JsonValue> = {}): JsonValue =>
  ({
    name: "l",
    address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
    filter_chains: [{ filters }],
    ...more,
  }) as JsonValue;

const proxyTo = (cluster: string) => filter(TYPES.tcpProxy, { stat_prefix: "t", cluster });

const named = (name: string) => tcpServer((socket) => socket.once("data", () => socket.write(name)));

async function ask(proxy: Host): Promise<string> {
  const { socket, text } = await client(proxy.listenerPort("l") ?? 0);
  socket.write("?");
  await expect.poll(text).not.toBe("");
  socket.destroy();
  return text();
}

test("clusters, endpoints and listeners come and change; connections and the listener's port stay", async () => {
  const [a, b] = [await named("a"), await named("b")];
  const resources = (port: number, cluster: JsonValue = edsCluster()): Resources => ({
    [TypeUrl.Cluster]: { c: cluster },
    [TypeUrl.Endpoint]: { c: assignment(port) },
    [TypeUrl.Listener]: { l: listener([proxyTo("c")]) },
  });
  publish(resources(a));
  const proxy = await host(bootstrap);
  expect(await ask(proxy)).toBe("a");
  const open = await client(proxy.listenerPort("l") ?? 0);
  open.socket.write("?");
  await expect.poll(open.text).toBe("a");
  const before = [proxy.listenerPort("l"), await stat(proxy, "listener_manager.listener_modified")];

  publish(resources(b));
  await expect.poll(() => admin(proxy, "/clusters")).toContain(`:${b}::`);
  expect(await ask(proxy)).toBe("b");
  // The cluster itself changes: warmed with the endpoints that are known, then taken into use.
  publish(resources(b, edsCluster({ connect_timeout: "2s" })));
  await expect.poll(() => stat(proxy, "cluster_manager.cds.update_success")).toBe(2);
  expect(await ask(proxy)).toBe("b");

  expect(open.socket.destroyed).toBe(false);
  expect([proxy.listenerPort("l"), await stat(proxy, "listener_manager.listener_modified")]).toEqual(before);
  expect(refusals).toEqual([]);
  expect(await admin(proxy, "/ready")).toBe("LIVE\n");
});

test("a changed listener takes over its port; a removed one is gone", async () => {
  const [a, b] = [await named("a"), await named("b")];
  const cluster = (name: string, port: number): JsonValue => ({
    name,
    load_assignment: { ...(assignment(port) as object), cluster_name: name } as JsonValue,
  });
  const clusters = { a: cluster("a", a), b: cluster("b", b) };
  publish({ [TypeUrl.Cluster]: clusters, [TypeUrl.Listener]: { l: listener([proxyTo("a")]) } });
  const proxy = await host(bootstrap);
  const port = proxy.listenerPort("l");
  expect(await ask(proxy)).toBe("a");
  publish({ [TypeUrl.Cluster]: clusters, [TypeUrl.Listener]: { l: listener([proxyTo("b")]) } });
  await expect.poll(() => ask(proxy)).toBe("b");
  expect(proxy.listenerPort("l")).toBe(port);
  publish({ [TypeUrl.Cluster]: clusters, [TypeUrl.Listener]: {} });
  await expect.poll(() => proxy.listenerPort("l")).toBe(undefined);
  await expect(client(port ?? 0)).rejects.toThrow("ECONNREFUSED");
});

test("what is not implemented is refused with its path, and the last good configuration goes on", async () => {
  const a = await named("a");
  const good = { [TypeUrl.Endpoint]: { c: assignment(a) } };
  publish({ ...good, [TypeUrl.Cluster]: { c: edsCluster() }, [TypeUrl.Listener]: { l: listener([proxyTo("c")]) } });
  const proxy = await host(bootstrap);
  publish({
    ...good,
    [TypeUrl.Cluster]: { c: edsCluster({ track_cluster_stats: { timeout_budgets: true } }) },
    [TypeUrl.Listener]: { l: listener([proxyTo("c")], { use_original_dst: true }) },
  });
  await expect
    .poll(() => refusals.map(({ message }) => message).sort())
    .toEqual([
      "c: track_cluster_stats: not implemented by this host (envoy.config.cluster.v3.Cluster)",
      "l: use_original_dst: not implemented by this host (envoy.config.listener.v3.Listener)",
    ]);
  expect(await ask(proxy)).toBe("a");
  expect(await stat(proxy, "listener_manager.lds.update_rejected")).toBe(1);
});

test("a filter comes by ECDS, changes for new connections, and touches no listener", async () => {
  const [a, b] = [await named("a"), await named("b")];
  const discovered = {
    name: "state",
    config_discovery: {
      type_urls: [TYPES.setFilterState],
      config_source: { ads: {}, resource_api_version: "V3" },
    },
  };
  const extension = (cluster: string): JsonValue => ({
    name: "state",
    typed_config: {
      "@type": TYPES.setFilterState,
      on_new_connection: [
        { object_key: "envoy.tcp_proxy.cluster", format_string: { text_format_source: { inline_string: cluster } } },
      ],
    },
  });
  const cluster = (name: string, port: number): JsonValue => ({
    name,
    load_assignment: { ...(assignment(port) as object), cluster_name: name } as JsonValue,
  });
  const base = {
    [TypeUrl.Cluster]: { a: cluster("a", a), b: cluster("b", b) },
    [TypeUrl.Listener]: { l: listener([discovered, proxyTo("none")]) },
  };
  publish({ ...base, [TypeUrl.ExtensionConfig]: { state: extension("a") } });
  const proxy = await host(bootstrap);
  expect(await ask(proxy)).toBe("a");
  publish({ ...base, [TypeUrl.ExtensionConfig]: { state: extension("b") } });
  await expect.poll(() => ask(proxy)).toBe("b");
  publish({ ...base, [TypeUrl.ExtensionConfig]: { state: extension("%NONSENSE%") } });
  await expect.poll(() => refusals.at(-1)?.message).toContain("%NONSENSE% is not implemented by this host");
  expect(await ask(proxy)).toBe("b");
  expect(await stat(proxy, "listener_manager.listener_modified")).toBeNaN();
});

import { type DescMessage, fromJson, type JsonObject, type MessageShape } from "@bufbuild/protobuf";
import wabtModule from "wabt";
import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { ClusterLoadAssignmentSchema } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { RouteConfigurationSchema } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import { RuntimeSchema } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import { typeRegistry } from "../../xds/index.js";
import { RUNTIME_LAYER } from "../bootstrap/index.js";
import { resourceOf, Snapshot } from "../snapshot/index.js";

/** What the tests vary: one listener, whose routes lead to one of several clusters, past one Wasm filter. */
export interface World {
  readonly listenerPort: number;
  /** Cluster name → port of its one endpoint. */
  readonly clusters: Readonly<Record<string, number>>;
  readonly routeTo: string;
  readonly listenerName?: string;
  /** Changes the clusters themselves, so that Envoy warms them anew. */
  readonly connectTimeout?: string;
  readonly filterConfig?: string;
  /** Makes the listener one that Envoy refuses. */
  readonly badListener?: boolean;
}

/** The bytes of a module that does nothing, under its configuration. */
export async function idleModule(): Promise<Uint8Array> {
  const wabt = await wabtModule();
  const returning = (name: string, parameters: number, result: number) =>
    `(func (export "${name}") (param ${"i32 ".repeat(parameters)}) (result i32) i32.const ${result})`;
  const text = `(module (memory (export "memory") 2)
    (func (export "proxy_abi_version_0_2_1")) (func (export "_initialize"))
    (func (export "proxy_on_context_create") (param i32 i32))
    ${returning("proxy_on_memory_allocate", 1, 1024)} ${returning("malloc", 1, 1024)}
    ${returning("proxy_on_vm_start", 2, 1)} ${returning("proxy_on_configure", 2, 1)}
    ${returning("proxy_on_request_headers", 3, 0)} ${returning("proxy_on_done", 1, 1)})`;
  return wabt.parseWat("idle.wat", text).toBinary({}).buffer;
}

export function snapshotOfWorld(world: World, module: Uint8Array): Snapshot {
  const { clusters, connectTimeout = "1s" } = world;
  return new Snapshot([
    resourceOf(RuntimeSchema, RUNTIME_LAYER, json(RuntimeSchema, { name: RUNTIME_LAYER })),
    ...Object.keys(clusters).map((name) => {
      const eds = { type: "EDS", eds_cluster_config: { eds_config: ADS } };
      return resourceOf(ClusterSchema, name, json(ClusterSchema, { name, connect_timeout: connectTimeout, ...eds }));
    }),
    ...Object.entries(clusters).map(([name, port]) => {
      const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }];
      const assignment = json(ClusterLoadAssignmentSchema, { cluster_name: name, endpoints });
      return resourceOf(ClusterLoadAssignmentSchema, name, assignment);
    }),
    resourceOf(ListenerSchema, world.listenerName ?? "front", json(ListenerSchema, listener(world))),
    resourceOf(RouteConfigurationSchema, "rules", json(RouteConfigurationSchema, routes(world))),
    resourceOf(TypedExtensionConfigSchema, "idle", json(TypedExtensionConfigSchema, filter(world, module))),
  ]);
}

const ADS = { ads: {}, resource_api_version: "V3" };
const HTTP = "type.googleapis.com/envoy.extensions.filters";

function json<Desc extends DescMessage>(schema: Desc, object: JsonObject): MessageShape<Desc> {
  return fromJson(schema, object, { registry: typeRegistry });
}

function address(port: number): JsonObject {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}

function listener({ listenerPort, listenerName = "front", badListener }: World): JsonObject {
  const manager: JsonObject = {
    "@type": `${HTTP}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "front",
    rds: { route_config_name: "rules", config_source: ADS },
    http_filters: [
      { name: "idle", config_discovery: { config_source: ADS, type_urls: [`${HTTP}.http.wasm.v3.Wasm`] } },
      { name: "router", typed_config: { "@type": `${HTTP}.http.router.v3.Router` } },
    ],
  };
  const chains: JsonObject[] = [{ filters: [{ name: "hcm", typed_config: manager }] }];
  return { name: listenerName, address: address(listenerPort), filter_chains: badListener === true ? [] : chains };
}

function routes({ routeTo }: World): JsonObject {
  const route = { match: { prefix: "/" }, route: { cluster: routeTo } };
  return { name: "rules", virtual_hosts: [{ name: "all", domains: ["*"], routes: [route] }] };
}

function filter({ filterConfig = "" }: World, module: Uint8Array): JsonObject {
  const code = { local: { inline_bytes: Buffer.from(module).toString("base64") } };
  const wasm: JsonObject = {
    "@type": `${HTTP}.http.wasm.v3.Wasm`,
    config: {
      name: "idle",
      vm_config: { vm_id: "idle", runtime: "envoy.wasm.runtime.v8", code },
      configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: filterConfig },
    },
  };
  return { name: "idle", typed_config: wasm };
}

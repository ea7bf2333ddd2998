import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { create, fromJson, type JsonObject, type JsonValue, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { RUNTIME_LAYER } from "../../control/index.js";
import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { RuntimeSchema } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import { type ResourceSet, type ServedType, TypeUrl, typeRegistry } from "../../xds/index.js";

/** An address as people write it: `host:port`. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One module, where it listens and what is behind it. */
export interface Scene {
  /** The module stands in an HTTP filter chain, or in a TCP one. */
  readonly kind: "http" | "tcp";
  readonly port: number;
  readonly upstream: Address;
  readonly code: Uint8Array;
  readonly configuration: string;
}

export const LISTENER = "module";
const MODULE = "module";
const UPSTREAM = "upstream";

/** The resources of a scene. The module's code stands in its extension, so that new code is a new version of just that. */
export function resourcesOf(scene: Scene): ResourceSet {
  return new Map([
    // There is nothing in it, but proxies wait for it.
    [TypeUrl.Runtime, typeOf(RuntimeSchema, RUNTIME_LAYER, { name: RUNTIME_LAYER })],
    [TypeUrl.Cluster, typeOf(ClusterSchema, UPSTREAM, cluster(scene.upstream))],
    [TypeUrl.Listener, typeOf(ListenerSchema, LISTENER, listener(scene))],
    [TypeUrl.ExtensionConfig, typeOf(TypedExtensionConfigSchema, MODULE, extension(scene))],
  ]);
}

function typeOf<T extends Message>(schema: GenMessage<T>, name: string, json: JsonObject): ServedType {
  const body = create(AnySchema, anyPack(schema, fromJson(schema, json, { registry: typeRegistry })));
  const version = createHash("sha256").update(body.value).digest("hex").slice(0, 16);
  return { version, resources: new Map([[name, { name, version, body }]]) };
}

function cluster({ host, port }: Address): JsonObject {
  const endpoint = { address: { socket_address: { address: host, port_value: port } } };
  return {
    name: UPSTREAM,
    type: isIP(host) === 0 ? "STRICT_DNS" : "STATIC",
    connect_timeout: "1s",
    load_assignment: { cluster_name: UPSTREAM, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
  };
}

function listener({ kind, port }: Scene): JsonObject {
  return {
    name: LISTENER,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [{ filters: kind === "http" ? [manager()] : [discovered(NETWORK), tcpProxy()] }],
  };
}

const HTTP = "envoy.extensions.filters.http.wasm.v3.Wasm";
const NETWORK = "envoy.extensions.filters.network.wasm.v3.Wasm";

function manager(): JsonObject {
  const route = { match: { prefix: "/" }, route: { cluster: UPSTREAM, timeout: "0s" } };
  return typed("hcm", "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
    stat_prefix: MODULE,
    codec_type: "AUTO",
    route_config: { name: MODULE, virtual_hosts: [{ name: MODULE, domains: ["*"], routes: [route] }] },
    http_filters: [discovered(HTTP), typed("router", "envoy.extensions.filters.http.router.v3.Router", {})],
  });
}

function tcpProxy(): JsonObject {
  const config = { stat_prefix: MODULE, cluster: UPSTREAM };
  return typed("tcp", "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", config);
}

function discovered(type: string): JsonObject {
  const source = { ads: {}, resource_api_version: "V3" };
  return { name: MODULE, config_discovery: { config_source: source, type_urls: [`type.googleapis.com/${type}`] } };
}

function extension({ kind, code, configuration }: Scene): JsonObject {
  return typed(MODULE, kind === "http" ? HTTP : NETWORK, {
    config: {
      name: MODULE,
      vm_config: {
        vm_id: MODULE,
        runtime: "envoy.wasm.runtime.v8",
        code: { local: { inline_bytes: Buffer.from(code).toString("base64") } },
      },
      configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: configuration },
      failure_policy: "FAIL_RELOAD",
    },
  });
}

function typed(name: string, type: string, fields: Readonly<Record<string, JsonValue>>): JsonObject {
  return { name, typed_config: { "@type": `type.googleapis.com/${type}`, ...fields } };
}

import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { ClusterLoadAssignmentSchema } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { RouteConfigurationSchema } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import { SecretSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { RuntimeSchema } from "../../xds/gen/envoy/service/runtime/v3/rtds_pb.js";
import { typeRegistry } from "../../xds/index.js";
import type { Resources } from "./resources.js";

type Json = Record<string, unknown>;
export type ResourcesAsJson = { [K in keyof Resources]: Json[] };

/** Resources as people read them, in Envoy's own spelling of fields. */
export function asJson(resources: Resources): ResourcesAsJson {
  const list = <Desc extends DescMessage>(schema: Desc, messages: readonly MessageShape<Desc>[]) =>
    messages.map((message) => toJson(schema, message, { registry: typeRegistry, useProtoFieldName: true }) as Json);
  return {
    listeners: list(ListenerSchema, resources.listeners),
    routes: list(RouteConfigurationSchema, resources.routes),
    clusters: list(ClusterSchema, resources.clusters),
    endpoints: list(ClusterLoadAssignmentSchema, resources.endpoints),
    extensions: list(TypedExtensionConfigSchema, resources.extensions),
    secrets: list(SecretSchema, resources.secrets),
    runtimes: list(RuntimeSchema, resources.runtimes),
  };
}

/** Everything in one bootstrap without a management server, for Envoy's own judgement of what translation made. */
export function staticBootstrap(resources: Resources, adminPort: number): Json {
  const json = asJson(resources);
  const extensions = new Map(json.extensions.map((each) => [each["name"], each["typed_config"]]));
  const routes = new Map(json.routes.map((each) => [each["name"], each]));
  const endpoints = new Map(json.endpoints.map((each) => [each["cluster_name"], each]));
  const secrets = new Map(json.secrets.map((each) => [each["name"], each]));
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (value === null || typeof value !== "object") return value;
    const { config_discovery, rds, eds_cluster_config, ...others } = value as Record<string, Json>;
    const {
      tls_certificate_sds_secret_configs: certificates,
      combined_validation_context: validation,
      ...rest
    } = others;
    const result: Json = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, inline(inner)]));
    if (config_discovery !== undefined) result["typed_config"] = extensions.get(rest["name"]);
    if (Array.isArray(certificates)) {
      result["tls_certificates"] = certificates.map(({ name }) => secrets.get(name)?.["tls_certificate"]);
    }
    if (validation !== undefined) {
      const { name } = validation["validation_context_sds_secret_config"] as Json;
      const trusted = secrets.get(name)?.["validation_context"] as Json;
      result["validation_context"] = { ...(validation["default_validation_context"] as Json), ...trusted };
    }
    if (rds !== undefined) result["route_config"] = routes.get(rds["route_config_name"]);
    if (eds_cluster_config !== undefined) {
      result["type"] = "STATIC";
      result["load_assignment"] = endpoints.get(rest["name"]) ?? { cluster_name: rest["name"] };
    }
    return result;
  };
  const internal = "type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener";
  return {
    node: { id: "static", cluster: "static" },
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: adminPort } } },
    bootstrap_extensions: [{ name: "envoy.bootstrap.internal_listener", typed_config: { "@type": internal } }],
    static_resources: { listeners: inline(json.listeners), clusters: inline(json.clusters) },
  };
}

import { type DescMessage, type JsonObject, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import { type Bootstrap, BootstrapSchema } from "../../xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import { ClusterSchema } from "../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { ClusterLoadAssignmentSchema } from "../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { RouteConfigurationSchema } from "../../xds/gen/envoy/config/route/v3/route_pb.js";
import { SecretSchema } from "../../xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { typeRegistry } from "../../xds/index.js";
import type { Discovery } from "../xds/index.js";

/** All configuration in use, in the shape of envoy.admin.v3.ConfigDump (its protos are not among ours). */
export function configDump(bootstrap: Bootstrap, discovery: Discovery): JsonObject {
  const { staticResources } = bootstrap;
  return {
    configs: [
      { "@type": type("BootstrapConfigDump"), bootstrap: json(BootstrapSchema, bootstrap) },
      {
        "@type": type("ClustersConfigDump"),
        static_clusters: (staticResources?.clusters ?? []).map((cluster) => ({
          cluster: json(ClusterSchema, cluster),
        })),
        dynamic_active_clusters: [...discovery.clusters.records.values()].map(({ cluster, version, updated }) => ({
          ...stamp(version, updated),
          cluster: json(ClusterSchema, cluster),
        })),
      },
      {
        "@type": type("ListenersConfigDump"),
        static_listeners: (staticResources?.listeners ?? []).map((listener) => ({
          listener: json(ListenerSchema, listener),
        })),
        dynamic_listeners: [...discovery.listeners].map(([name, { listener, version, updated }]) => ({
          name,
          active_state: { ...stamp(version, updated), listener: json(ListenerSchema, listener) },
        })),
      },
      {
        "@type": type("RoutesConfigDump"),
        dynamic_route_configs: [...discovery.routes.current.values()].map(({ message, version, updated }) => ({
          ...stamp(version, updated),
          route_config: json(RouteConfigurationSchema, message),
        })),
      },
      {
        "@type": type("EcdsConfigDump"),
        ecds_filters: [...discovery.extensions.current.values()].map(({ message, version, updated }) => ({
          ...stamp(version, updated),
          ecds_filter: json(TypedExtensionConfigSchema, message),
        })),
      },
      {
        "@type": type("SecretsConfigDump"),
        dynamic_active_secrets: [...discovery.secrets.current].map(([name, { message, version, updated }]) => ({
          name,
          ...stamp(version, updated),
          secret: json(SecretSchema, message),
        })),
      },
      {
        "@type": type("EndpointsConfigDump"),
        dynamic_endpoint_configs: [...discovery.clusters.assignments.values()].map((assignment) => ({
          endpoint_config: json(ClusterLoadAssignmentSchema, assignment),
        })),
      },
    ],
  };
}

function type(name: string): string {
  return `type.googleapis.com/envoy.admin.v3.${name}`;
}

function stamp(version: string, updated: Date): JsonObject {
  return { version_info: version, last_updated: updated.toISOString() };
}

function json<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): JsonValue {
  try {
    return withoutSecrets(toJson(schema, message, { registry: typeRegistry, useProtoFieldName: true }));
  } catch (error) {
    // A type that only the sender knows, within an Any.
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Nobody reads a private key here, wherever it stands, as in Envoy. */
function withoutSecrets(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "private_key" ? { inline_string: "[redacted]" } : withoutSecrets(inner),
    ]),
  );
}

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Document, LineCounter, parseDocument } from "yaml";
import { type Bootstrap, BootstrapSchema } from "../../xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import { InternalListenerSchema } from "../../xds/gen/envoy/extensions/bootstrap/internal_listener/v3/internal_listener_pb.js";
import { typeRegistry } from "../../xds/index.js";
import { ConfigError } from "./config-error.js";
import { explainJson } from "./explain-json.js";
import { openExtension } from "./extension.js";
import { checkSupported, type SupportedFields } from "./supported.js";

/** What of the bootstrap is looked at here; listeners and clusters are checked where they are built. */
const SUPPORTED: SupportedFields = {
  "envoy.config.bootstrap.v3.Bootstrap": [
    "node",
    "static_resources",
    "dynamic_resources",
    "admin",
    "bootstrap_extensions",
    "stats_config",
    "layered_runtime",
  ],
  "envoy.config.bootstrap.v3.LayeredRuntime": ["layers"],
  "envoy.config.bootstrap.v3.RuntimeLayer": ["name", "static_layer", "rtds_layer"],
  "envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer": ["name", "rtds_config"],
  "envoy.config.metrics.v3.StatsConfig": ["stats_tags"],
  "envoy.config.metrics.v3.TagSpecifier": ["tag_name", "regex"],
  "envoy.config.bootstrap.v3.Bootstrap.DynamicResources": ["lds_config", "cds_config", "ads_config"],
  "envoy.config.bootstrap.v3.Admin": ["address"],
  "envoy.config.core.v3.Address": ["socket_address"],
  "envoy.config.core.v3.SocketAddress": ["address", "port_value"],
  "envoy.config.core.v3.ConfigSource": ["ads", "resource_api_version", "initial_fetch_timeout"],
  "envoy.config.core.v3.AggregatedConfigSource": "*",
  "envoy.config.core.v3.ApiConfigSource": [
    "api_type",
    "transport_api_version",
    "grpc_services",
    "set_node_on_first_message_only",
  ],
  "envoy.config.core.v3.GrpcService": ["envoy_grpc", "timeout"],
  "envoy.config.core.v3.GrpcService.EnvoyGrpc": ["cluster_name", "authority"],
  "envoy.config.core.v3.TypedExtensionConfig": ["name", "typed_config"],
};

/**
 * Reads a bootstrap, YAML or JSON as Envoy takes it.
 * @throws ConfigError with `line N, column M` and the field's path.
 */
export function parseBootstrap(text: string): Bootstrap {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const problem = document.errors[0];
  if (problem !== undefined) throw new ConfigError("", problem.message);
  const json = document.toJS({ maxAliasCount: 1000 }) as JsonValue;
  let bootstrap: Bootstrap;
  try {
    bootstrap = fromJson(BootstrapSchema, json, { registry: typeRegistry });
  } catch {
    const { path, message } = explainJson(BootstrapSchema, json);
    throw new ConfigError(pathText(path), `${position(document, lines, path)}${message}`);
  }
  const { staticResources: _, node, ...rest } = bootstrap;
  checkSupported(BootstrapSchema, rest as Bootstrap, SUPPORTED);
  for (const [index, extension] of bootstrap.bootstrapExtensions.entries()) {
    const path = `bootstrap_extensions[${index}].typed_config`;
    openExtension(extension.typedConfig, path).decode(InternalListenerSchema, {
      [InternalListenerSchema.typeName]: ["buffer_size_kb"],
    });
  }
  if ((bootstrap.staticResources?.secrets.length ?? 0) > 0) {
    throw new ConfigError("static_resources.secrets", "not implemented by this host");
  }
  if (node?.id === "" && bootstrap.dynamicResources !== undefined)
    throw new ConfigError("node.id", "must be set to use xDS");
  return bootstrap;
}

function pathText(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/** Where the innermost node of the path that is there stands. */
function position(document: Document, lines: LineCounter, path: readonly (string | number)[]): string {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    const start = node?.range?.[0];
    if (start === undefined) continue;
    const { line, col } = lines.linePos(start);
    return `line ${line}, column ${col}: `;
  }
  return "";
}

import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { ConfigError, type Extension } from "../../config/index.js";
import type { FactoryContext, NetworkFilterFactory, NetworkFilterKind } from "../../network/index.js";
import { compileFilters } from "../filters/index.js";
import { Router } from "../router/index.js";
import { compileRouteTable, type RouteTable } from "../routes/index.js";
import { httpStats, type StreamConfig } from "../stream/index.js";
import { compileTracing } from "../tracing/index.js";
import { compileAccessLogs } from "./access-log.js";
import { MANAGER_FIELDS } from "./fields.js";
import { ConnectionManager } from "./manager.js";
import { compileOptions } from "./options.js";

/** envoy.filters.network.http_connection_manager. */
export const httpConnectionManager: NetworkFilterKind = {
  typeName: HttpConnectionManagerSchema.typeName,
  terminal: true,
  create,
};

/** Reads the configuration, subscribes to its routes and filters, and makes the filter of each connection. */
function create(extension: Extension, context: FactoryContext): NetworkFilterFactory {
  const { path } = extension;
  const config = extension.decode(HttpConnectionManagerSchema, MANAGER_FIELDS);
  const options = compileOptions(config, path);
  const routes = routeSource(config, context, path);
  const filters = compileFilters(config.httpFilters, context, `${path}.http_filters`);
  const stats = httpStats(context.stats, config.statPrefix);
  const router = { clusters: context.clusters, stats: stats.scope, ...filters.router };
  const streamConfig: StreamConfig = {
    stats,
    request: options.request,
    response: options.response,
    idleTimeout: options.streamIdleTimeout,
    maxStreamDuration: options.maxStreamDuration,
    accessLogs: compileAccessLogs(config.accessLog, context, `${path}.access_log`),
    startSpan: compileTracing(config.tracing, context, `${path}.tracing`),
    routes,
    clusterMetadata: (name) => context.clusters.get(name)?.metadata,
    filters: (stream) => filters.create(stream),
    terminal: (stream) => new Router(stream, router),
  };
  return ({ connection }) => new ConnectionManager(connection, options, streamConfig);
}

function routeSource(
  config: HttpConnectionManager,
  context: FactoryContext,
  path: string,
): () => RouteTable | undefined {
  const specifier = config.routeSpecifier;
  switch (specifier.case) {
    case "routeConfig": {
      const table = compileRouteTable(specifier.value, `${path}.route_config`);
      // As Envoy: routes that come with the listener must name clusters that are there, unless told otherwise.
      const unknown = table.clusters.find((name) => context.clusters.get(name) === undefined);
      if (specifier.value.validateClusters !== false && unknown !== undefined) {
        throw new ConfigError(`${path}.route_config`, `route: unknown cluster '${unknown}'`);
      }
      return () => table;
    }
    case "rds": {
      const provider = context.routeConfig(specifier.value.routeConfigName, (route) => compileRouteTable(route));
      context.onDispose(() => provider.close());
      return () => provider.current();
    }
    default:
      throw new ConfigError(path, "expected rds or route_config");
  }
}

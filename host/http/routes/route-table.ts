import type { VirtualHost as VirtualHostProto } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { RouteConfiguration } from "../../../xds/gen/envoy/config/route/v3/route_pb.js";
import { ConfigError } from "../../config/index.js";
import type { HeaderMap } from "../headers/index.js";
import { checkRouteFields } from "./fields.js";
import { type CompiledRoute, compileLevel, compileRoute, type Level } from "./route.js";
import type { Route, RouteTable, VirtualHost } from "./types.js";
import { VirtualHostIndex } from "./virtual-host-index.js";

interface CompiledHost {
  readonly host: VirtualHost;
  readonly routes: readonly CompiledRoute[];
}

/** Compiles a RouteConfiguration, which stands at `at`; throws ConfigError where it asks for what is not implemented. */
export function compileRouteTable(config: RouteConfiguration, at = ""): RouteTable {
  const prefix = at === "" ? "" : `${at}.`;
  checkRouteFields(config, at);
  const level = compileLevel(config, at);
  const index = new VirtualHostIndex<CompiledHost>(config.ignorePortInHostMatching);
  const names = new Set<string>();
  const hosts: VirtualHost[] = [];
  for (const [position, host] of config.virtualHosts.entries()) {
    const path = `${prefix}virtual_hosts[${position}]`;
    if (names.has(host.name)) throw new ConfigError(`${path}.name`, `'${host.name}' is used twice`);
    names.add(host.name);
    const compiled = compileHost(host, config, level, path);
    hosts.push(compiled.host);
    if (host.domains.length === 0) throw new ConfigError(`${path}.domains`, "at least one domain is required");
    for (const [at, domain] of host.domains.entries()) index.add(domain, compiled, `${path}.domains[${at}]`);
  }
  return {
    name: config.name,
    metadata: config.metadata,
    virtualHosts: hosts,
    clusters: clusterNames(config),
    route: (headers, random) => find(index.find(headers.get(":authority") ?? ""), headers, random),
  };
}

function clusterNames(config: RouteConfiguration): string[] {
  const names = new Set<string>();
  for (const { action } of config.virtualHosts.flatMap((host) => host.routes)) {
    const specifier = action.case === "route" ? action.value.clusterSpecifier : undefined;
    if (specifier?.case === "cluster") names.add(specifier.value);
    if (specifier?.case === "weightedClusters") for (const { name } of specifier.value.clusters) names.add(name);
  }
  return [...names];
}

function find(host: CompiledHost | undefined, headers: HeaderMap, random: number): Route | undefined {
  return host?.routes.find((route) => route.matches(headers, random))?.choose(headers, random);
}

function compileHost(
  config: VirtualHostProto,
  table: RouteConfiguration,
  tableLevel: Level,
  path: string,
): CompiledHost {
  const host: VirtualHost = {
    name: config.name,
    metadata: config.metadata,
    includeAttemptCountInRequest: config.includeRequestAttemptCount,
    includeAttemptCountInResponse: config.includeAttemptCountInResponse,
  };
  const parents = {
    host,
    table,
    virtualHost: config,
    virtualHostPath: path,
    levels: [compileLevel(config, path), tableLevel],
  };
  return {
    host,
    routes: config.routes.map((route, index) => compileRoute(route, parents, `${path}.routes[${index}]`)),
  };
}

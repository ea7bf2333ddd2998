import type { WeightedCluster_ClusterWeight as ClusterWeight } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError, dataSource } from "../../config/index.js";
import { asciiLower, type HeaderMap, toText } from "../headers/index.js";
import { compileFilterConfigs, type FilterConfigs } from "./filter-configs.js";
import { compileForward, type Surroundings } from "./forward-action.js";
import { compileHeaderMutation, type HeaderMutation } from "./header-mutation.js";
import { compileRedirect } from "./redirect.js";
import { compileRouteMatch, type RoutePredicate } from "./route-match.js";
import { compileRouteTracing } from "./route-tracing.js";
import type { FilterConfig, ForwardAction, Route, RouteAction, VirtualHost } from "./types.js";
import { compileWeights } from "./weighted-clusters.js";

/** Header mutations and filter configurations of one level: table, virtual host, route or weighted cluster. */
export interface Level {
  readonly request: HeaderMutation | undefined;
  readonly response: HeaderMutation | undefined;
  readonly filters: FilterConfigs;
}

/** A route in its table: its conditions, and what it gives to a request that meets them. */
export interface CompiledRoute {
  readonly matches: RoutePredicate;
  choose(headers: HeaderMap, random: number): Route;
}

/** What all routes of a virtual host share. `levels`: virtual host first, then table. */
export interface RouteParents extends Omit<Surroundings, "route"> {
  readonly host: VirtualHost;
  readonly levels: readonly Level[];
}

/** Reads the parts of a level that tables, virtual hosts, routes and weighted clusters have in common. */
export function compileLevel(
  config: Pick<
    ClusterWeight,
    | "requestHeadersToAdd"
    | "requestHeadersToRemove"
    | "responseHeadersToAdd"
    | "responseHeadersToRemove"
    | "typedPerFilterConfig"
  >,
  path: string,
): Level {
  return {
    request: compileHeaderMutation(config.requestHeadersToAdd, config.requestHeadersToRemove, path, "request"),
    response: compileHeaderMutation(config.responseHeadersToAdd, config.responseHeadersToRemove, path, "response"),
    filters: compileFilterConfigs(config.typedPerFilterConfig, path),
  };
}

/** How much of a request is kept for another try; the wider field comes first. */
function bufferLimit(route: Surroundings["route"], { virtualHost }: RouteParents): number | undefined {
  const { requestBodyBufferLimit: wide } = route;
  if (wide !== undefined) return Number(wide);
  return route.perRequestBufferLimitBytes ?? virtualHost.perRequestBufferLimitBytes;
}

/** Compiles one route. */
export function compileRoute(route: Surroundings["route"], parents: RouteParents, path: string): CompiledRoute {
  const levels = [compileLevel(route, path), ...parents.levels];
  const tracing = compileRouteTracing(route.tracing, `${path}.tracing`);
  const make = (action: RouteAction, all: readonly Level[]): Route => ({
    name: route.name,
    metadata: route.metadata,
    virtualHost: parents.host,
    tracing,
    action,
    bufferLimit: bufferLimit(route, parents),
    ...merge(all, parents.table.mostSpecificHeaderMutationsWins),
  });
  return {
    matches: compileRouteMatch(route.match, `${path}.match`),
    choose: chooser({ ...parents, route }, levels, make, path),
  };
}

type Make = (action: RouteAction, levels: readonly Level[]) => Route;

function chooser(around: Surroundings, levels: readonly Level[], make: Make, path: string): CompiledRoute["choose"] {
  const { action, match } = around.route;
  switch (action.case) {
    case "route":
      return forwardChooser(compileForward(action.value, around, `${path}.route`), around, levels, make, path);
    case "directResponse": {
      const source = action.value.body;
      const body = source ? dataSource(source, `${path}.direct_response.body`) : new Uint8Array();
      const route = make({ kind: "direct", status: action.value.status, body }, levels);
      return () => route;
    }
    case "redirect": {
      const specifier = match?.pathSpecifier;
      const prefix =
        specifier?.case === "prefix" || specifier?.case === "pathSeparatedPrefix" ? specifier.value : undefined;
      const route = make(compileRedirect(action.value, prefix, `${path}.redirect`), levels);
      return () => route;
    }
    default:
      throw new ConfigError(path, "expected one of route, direct_response, redirect");
  }
}

function forwardChooser(
  forward: ForwardAction,
  around: Surroundings,
  levels: readonly Level[],
  make: Make,
  path: string,
): CompiledRoute["choose"] {
  const specifier = around.route.action.case === "route" ? around.route.action.value.clusterSpecifier : undefined;
  switch (specifier?.case) {
    case "cluster": {
      const route = make({ ...forward, cluster: specifier.value }, levels);
      return () => route;
    }
    case "clusterHeader": {
      const name = asciiLower(specifier.value);
      return (headers) => make({ ...forward, cluster: toText(headers.get(name) ?? "") }, levels);
    }
    case "weightedClusters": {
      const where = `${path}.route.weighted_clusters`;
      const choose = compileWeights(specifier.value, where);
      const routes = specifier.value.clusters.map((cluster, index) =>
        make({ ...forward, cluster: cluster.name }, [compileLevel(cluster, `${where}.clusters[${index}]`), ...levels]),
      );
      return (_, random) => routes[choose(random)] ?? fail();
    }
    default:
      throw new ConfigError(`${path}.route`, "expected one of cluster, cluster_header, weighted_clusters");
  }
}

function fail(): never {
  throw new Error("the weights of a cluster list do not cover its total");
}

/** Joins levels, given from the most specific to the least. */
function merge(
  levels: readonly Level[],
  mostSpecificWins: boolean,
): Pick<Route, "requestMutations" | "responseMutations" | "filterConfig"> {
  const ordered = mostSpecificWins ? [...levels].reverse() : levels;
  return {
    requestMutations: ordered.map((level) => level.request).filter((each) => each !== undefined),
    responseMutations: ordered.map((level) => level.response).filter((each) => each !== undefined),
    filterConfig(filter: string): FilterConfig | undefined {
      for (const level of levels) {
        const found = level.filters.get(filter);
        if (found) return found;
      }
      return undefined;
    },
  };
}

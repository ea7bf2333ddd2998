import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import type { TypedExtensionConfig } from "../../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { FilterConfigSchema, type RouteSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { WasmSchema } from "../../../xds/gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js";
import {
  type HttpFilter,
  HttpFilterSchema,
} from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { typeUrlOf } from "../../../xds/index.js";
import type { Route, Service } from "../../model/index.js";
import type { Module, Modules } from "../../source/index.js";
import { ads, pack } from "../envoy.js";
import { filterMetadata, httpFilter } from "../names.js";
import { wasmExtension } from "../steps/wasm.js";
import { accessControl } from "./access-control.js";
import { faultInjection } from "./fault-injection.js";
import { headerMutation } from "./header-mutation.js";
import { jwtAuth } from "./jwt-auth.js";
import { rateLimit } from "./rate-limit.js";
import type { RouteFilter } from "./route-filter.js";

/** What a route is chosen for. */
export type Unit = "request" | "session";

/** In the order in which a request passes them; an answer passes them the other way round. */
const FILTERS: readonly RouteFilter[] = [
  // Who asks is found out first: what comes after may want to know.
  jwtAuth,
  // Who may not ask is told nothing else, and costs nothing more.
  accessControl,
  // What is refused anyway uses up no limit.
  rateLimit,
  // Faults stand for a backend's, so they come behind all that may refuse a request, and see what the caller sent.
  faultInjection,
  // Last before the router: what it writes is for the backend alone, and nothing before it is misled by it.
  headerMutation,
];

/**
 * The filters of a request's chain, or of a session's: all that there are, whatever the rules say. They are off unless a route's
 * FilterConfig turns them on. Seen on Envoy 1.40: `disabled` holds for a filter that comes by ECDS, and a FilterConfig
 * with an empty `config` in the route's typed_per_filter_config enables it there.
 */
export function routeFilterChain(modules: Modules, unit: Unit): HttpFilter[] {
  return present(modules, unit).map(({ name }) =>
    create(HttpFilterSchema, {
      name: httpFilter(name),
      disabled: true,
      configType: { case: "configDiscovery", value: { typeUrls: [typeUrlOf(WasmSchema)], configSource: ads() } },
    }),
  );
}

/** The same filters as resources; what they do is the routes' to say. */
export function routeFilterExtensions(modules: Modules): TypedExtensionConfig[] {
  return present(modules, "request").map((module) =>
    wasmExtension({ name: httpFilter(module.name), chain: "http", module, vm: module.name, configuration: {} }),
  );
}

/**
 * Turns on the filters that a route wants something of, and tells each by metadata what.
 * @param unit what takes the route: each request, or a session by its opening
 * @param kept by what the route's requests find it again after a filter has changed them
 */
export function routeFilterSettings(
  route: Route,
  service: Service,
  unit: Unit,
  kept?: string,
): Pick<MessageInitShape<typeof RouteSchema>, "metadata" | "typedPerFilterConfig"> {
  const wanted = filtersOf(unit).flatMap((filter) => {
    const settings = filter.settings(route, service, kept);
    return settings === undefined ? [] : [{ name: filter.module, config: JSON.stringify(settings) }];
  });
  if (wanted.length === 0) return {};
  const on = pack(FilterConfigSchema, { config: create(AnySchema) });
  return {
    metadata: {
      filterMetadata: Object.fromEntries(wanted.map(({ name, config }) => [filterMetadata(name), { config }])),
    },
    typedPerFilterConfig: Object.fromEntries(wanted.map(({ name }) => [httpFilter(name), on])),
  };
}

function filtersOf(unit: Unit): readonly RouteFilter[] {
  return unit === "session" ? FILTERS.filter(({ sessions = false }) => sessions) : FILTERS;
}

function present({ http }: Modules, unit: Unit): Module[] {
  return filtersOf(unit).flatMap(({ module }) => http.get(module) ?? []);
}

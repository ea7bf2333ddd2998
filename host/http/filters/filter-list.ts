import type { Any } from "@bufbuild/protobuf/wkt";
import { RouterSchema } from "../../../xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import type { HttpFilter as FilterConfig } from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { ConfigError, openExtension, typeNameOf } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import { HeadersStatus } from "../../vm/index.js";
import type { HttpFilter } from "../chain/index.js";
import type { StreamContext } from "../stream/index.js";
import { compileHttpFilter, type HttpFilterFactory } from "./http-filter.js";

/** The filters of a connection manager, without the router that ends them. */
export interface FilterList {
  /** The filters of a new stream, with the configurations that hold now. */
  create(stream: StreamContext): HttpFilter[];
  readonly router: RouterOptions;
}

/** What the router's configuration says. */
export interface RouterOptions {
  readonly suppressEnvoyHeaders: boolean;
  readonly dynamicStats: boolean;
}

interface Entry {
  readonly name: string;
  readonly disabled: boolean;
  current(): HttpFilterFactory | undefined;
}

const ROUTER_FIELDS = {
  [RouterSchema.typeName]: ["dynamic_stats", "suppress_envoy_headers", "start_child_span"],
};

/** Reads `http_filters`; the last must be the router. */
export function compileFilters(configs: readonly FilterConfig[], context: FactoryContext, path: string): FilterList {
  const last = configs.at(-1);
  const lastPath = `${path}[${configs.length - 1}].typed_config`;
  if (last?.configType.case !== "typedConfig") throw new ConfigError(path, "the last filter must be the router");
  const extension = openExtension(last.configType.value, lastPath);
  if (extension.typeName !== RouterSchema.typeName)
    throw new ConfigError(lastPath, "the last filter must be the router");
  const router = extension.decode(RouterSchema, ROUTER_FIELDS);
  const entries = configs.slice(0, -1).map((config, index) => compileEntry(config, context, `${path}[${index}]`));
  return {
    router: { suppressEnvoyHeaders: router.suppressEnvoyHeaders, dynamicStats: router.dynamicStats ?? true },
    create(stream) {
      const filters: HttpFilter[] = [];
      for (const entry of entries) {
        const override = stream.route()?.filterConfig(entry.name);
        if (override ? override.disabled : entry.disabled) continue;
        const factory = entry.current();
        const filter = factory ? factory.create(stream) : missingFilter(stream);
        if (filter) filters.push(filter);
      }
      return filters;
    },
  };
}

function compileEntry(config: FilterConfig, context: FactoryContext, path: string): Entry {
  const { name, disabled, configType } = config;
  switch (configType.case) {
    case "typedConfig":
      return { name, disabled, current: fixed(configType.value, context, `${path}.typed_config`) };
    case "configDiscovery":
      return { name, disabled, current: discovered(name, configType.value.typeUrls, context) };
    default:
      throw new ConfigError(path, "expected typed_config or config_discovery");
  }
}

function fixed(config: Any, context: FactoryContext, path: string): Entry["current"] {
  let factory: HttpFilterFactory | undefined;
  let disposed = false;
  const loading = compileHttpFilter(config, context, path).then((compiled) => {
    if (disposed) compiled.close();
    else factory = compiled;
  });
  context.waitFor(loading);
  context.onDispose(() => {
    disposed = true;
    factory?.close();
  });
  return () => factory;
}

function discovered(name: string, types: readonly string[], context: FactoryContext): Entry["current"] {
  const allowed = new Set(types.map(typeNameOf));
  const provider = context.extensionConfig(name, (any) => {
    const type = typeNameOf(any.typeUrl);
    // A TypedStruct says inside what it is; compileHttpFilter looks there.
    if (allowed.size > 0 && !allowed.has(type) && type !== "xds.type.v3.TypedStruct") {
      throw new ConfigError("typed_config", `is a ${type}, expected one of ${[...allowed].join(", ")}`);
    }
    return compileHttpFilter(any, context, "typed_config");
  });
  let previous = provider.current();
  provider.onChange((next) => {
    if (previous !== next) previous?.close();
    previous = next;
  });
  context.onDispose(() => {
    provider.current()?.close();
    provider.close();
  });
  return () => provider.current();
}

/** Stands where a discovered configuration has not come, as in Envoy. */
function missingFilter(stream: StreamContext): HttpFilter {
  return {
    request: {
      headers() {
        stream.sendLocalReply({ status: 500, details: "filter_config_not_available", flag: "NFCF" });
        return HeadersStatus.StopIteration;
      },
      data: () => 0,
      trailers: () => 0,
    },
  };
}

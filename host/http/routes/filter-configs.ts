import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { FilterConfigSchema } from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import { ConfigError } from "../../config/index.js";
import type { FilterConfig } from "./types.js";

/** `typed_per_filter_config` of one level, by filter name. */
export type FilterConfigs = ReadonlyMap<string, FilterConfig>;

/** Reads one level; FilterConfig wrappers are taken off. */
export function compileFilterConfigs(configs: Readonly<Record<string, Any>>, path: string): FilterConfigs {
  const compiled = new Map<string, FilterConfig>();
  for (const [name, any] of Object.entries(configs)) {
    compiled.set(name, filterConfig(any, `${path}.typed_per_filter_config.${name}`));
  }
  return compiled;
}

function filterConfig(any: Any, path: string): FilterConfig {
  if (!any.typeUrl.endsWith(`/${FilterConfigSchema.typeName}`)) return { disabled: false, config: any };
  const wrapper = anyUnpack(any, FilterConfigSchema);
  if (!wrapper) throw new ConfigError(path, "is no readable FilterConfig");
  return { disabled: wrapper.disabled, config: wrapper.config };
}

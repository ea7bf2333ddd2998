import type { Any } from "@bufbuild/protobuf/wkt";
import { WasmSchema } from "../../../xds/gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js";
import { ConfigError, openExtension } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import type { Plugin } from "../../vm/index.js";
import { PLUGIN_FIELDS, pluginOptions } from "../../wasm/index.js";
import type { HttpFilter } from "../chain/index.js";
import type { StreamContext } from "../stream/index.js";
import { wasmFilter } from "../wasm/index.js";

/** Makes a filter for each stream, from one configuration. */
export interface HttpFilterFactory {
  /** Undefined: the stream passes without. */
  create(stream: StreamContext): HttpFilter | undefined;
  /** A newer configuration took over; streams that have a filter of this one keep it. */
  close(): void;
}

/** Reads a filter's typed configuration. A module is loaded meanwhile, hence the promise. */
export async function compileHttpFilter(
  config: Any,
  context: FactoryContext,
  path: string,
): Promise<HttpFilterFactory> {
  const extension = openExtension(config, path);
  if (extension.typeName !== WasmSchema.typeName) {
    throw new ConfigError(path, `HTTP filter ${extension.typeName} is not implemented by this host`);
  }
  const wasm = extension.decode(WasmSchema, { ...PLUGIN_FIELDS, [WasmSchema.typeName]: ["config"] });
  const result = await context.wasm.plugin(pluginOptions(wasm.config, `${path}.config`));
  if (!result.ok) throw new ConfigError(path, result.reason);
  return wasmFactory(result.plugin, context);
}

function wasmFactory(plugin: Plugin, context: FactoryContext): HttpFilterFactory {
  return {
    create: (stream) => wasmFilter(plugin, stream, context.listener),
    close: () => plugin.close(),
  };
}

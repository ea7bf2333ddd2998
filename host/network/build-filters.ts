import type { Any } from "@bufbuild/protobuf/wkt";
import type { ExtensionConfigSource } from "../../xds/gen/envoy/config/core/v3/config_source_pb.js";
import type { Filter } from "../../xds/gen/envoy/config/listener/v3/listener_components_pb.js";
import { ConfigError, openExtension, typeNameOf } from "../config/index.js";
import type { ListenerScope } from "./listener-scope.js";
import type { NetworkFilterFactory, NetworkFilterKind } from "./types.js";

type Kinds = ReadonlyMap<string, NetworkFilterKind>;

interface Built {
  readonly factory: NetworkFilterFactory;
  readonly scope: ListenerScope;
}

/** Makes the factories of a chain, in order. @throws ConfigError */
export async function buildFilters(
  filters: readonly Filter[],
  path: string,
  kinds: Kinds,
  scope: ListenerScope,
): Promise<NetworkFilterFactory[]> {
  const factories: NetworkFilterFactory[] = [];
  for (const [index, { configType }] of filters.entries()) {
    const last = index === filters.length - 1;
    const at = `${path}[${index}]`;
    if (configType.case === "typedConfig") {
      factories.push(await buildFilter(configType.value, `${at}.typed_config`, kinds, scope, last));
    } else if (configType.case === "configDiscovery") {
      factories.push(await discover(filters[index]?.name ?? "", configType.value, at, kinds, scope, last));
    } else {
      throw new ConfigError(at, "expected typed_config or config_discovery");
    }
  }
  return factories;
}

async function buildFilter(
  any: Any,
  path: string,
  kinds: Kinds,
  scope: ListenerScope,
  last: boolean,
): Promise<NetworkFilterFactory> {
  const extension = openExtension(any, path);
  const kind = kinds.get(extension.typeName);
  if (kind === undefined) {
    throw new ConfigError(
      path,
      `${extension.typeName} is not implemented by this host; it has ${[...kinds.keys()].join(", ")}`,
    );
  }
  if (kind.terminal !== last) {
    throw new ConfigError(
      path,
      last ? "the last filter must be a terminal one" : "a terminal filter must be the last one",
    );
  }
  return kind.create(extension, scope);
}

/** A filter whose configuration comes by ECDS. An update concerns new connections; a module's globals are its own affair. */
async function discover(
  name: string,
  source: ExtensionConfigSource,
  path: string,
  kinds: Kinds,
  scope: ListenerScope,
  last: boolean,
): Promise<NetworkFilterFactory> {
  const allowed = new Set(source.typeUrls.map(typeNameOf));
  const compile = async (any: Any): Promise<Built> => {
    const { typeName } = openExtension(any, "typed_config");
    if (!allowed.has(typeName)) {
      throw new ConfigError("typed_config", `is a ${typeName}, the listener takes ${[...allowed].join(", ")}`);
    }
    const own = scope.child();
    try {
      return { factory: await buildFilter(any, "typed_config", kinds, own, last), scope: own };
    } catch (error) {
      own.dispose();
      throw error;
    }
  };
  const fallback =
    source.defaultConfig === undefined
      ? undefined
      : await buildFilter(source.defaultConfig, `${path}.config_discovery.default_config`, kinds, scope, last);
  const provider = scope.extensionConfig(name, compile);
  let before = provider.current();
  provider.onChange((now) => {
    before?.scope.dispose();
    before = now;
  });
  scope.onDispose(() => before?.scope.dispose());
  return (callbacks) => (provider.current()?.factory ?? fallback)?.(callbacks);
}

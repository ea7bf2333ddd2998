import { fromBinary, toJsonString } from "@bufbuild/protobuf";
import { type Any, BytesValueSchema, StringValueSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import { FailurePolicy, type PluginConfig, type VmConfig } from "../../xds/gen/envoy/extensions/wasm/v3/wasm_pb.js";
import { ConfigError, dataSource, type SupportedFields, typeNameOf } from "../config/index.js";
import type { PluginOptions, VmOptions } from "../vm/index.js";

/** The fields of a plugin's configuration that this host implements. */
export const PLUGIN_FIELDS: SupportedFields = {
  "envoy.extensions.wasm.v3.PluginConfig": [
    "name",
    "root_id",
    "vm_config",
    "configuration",
    "fail_open",
    "failure_policy",
    "reload_config",
    "allow_on_headers_stop_iteration",
  ],
  "envoy.extensions.wasm.v3.ReloadConfig": "*",
  "envoy.config.core.v3.BackoffStrategy": ["base_interval"],
  "envoy.extensions.wasm.v3.VmConfig": ["vm_id", "runtime", "code", "configuration", "environment_variables"],
  "envoy.extensions.wasm.v3.EnvironmentVariables": "*",
  "envoy.config.core.v3.AsyncDataSource": ["local"],
  "envoy.config.core.v3.DataSource": "*",
};

/** Runtimes of Envoy that mean "compile the module": Node's engine is the one that is there. */
const RUNTIMES: ReadonlySet<string> = new Set(["", "envoy.wasm.runtime.v8"]);

const POLICIES = {
  [FailurePolicy.UNSPECIFIED]: undefined,
  [FailurePolicy.FAIL_RELOAD]: "FAIL_RELOAD",
  [FailurePolicy.FAIL_CLOSED]: "FAIL_CLOSED",
  [FailurePolicy.FAIL_OPEN]: "FAIL_OPEN",
} as const;

/** What host/vm needs to load the plugin of a Wasm filter, network or HTTP. */
export function pluginOptions(config: PluginConfig | undefined, path: string): PluginOptions {
  if (!config) throw new ConfigError(path, "a plugin configuration is required");
  if (config.vm.case !== "vmConfig") throw new ConfigError(`${path}.vm_config`, "a VM configuration is required");
  const policy = POLICIES[config.failurePolicy];
  return {
    name: config.name,
    rootId: config.rootId,
    vm: vmOptions(config.vm.value, `${path}.vm_config`),
    ...(config.configuration && { configuration: configurationBytes(config.configuration, `${path}.configuration`) }),
    ...(policy && { failurePolicy: policy }),
    ...(config.failOpen && { failOpen: true }),
  };
}

function vmOptions(config: VmConfig, path: string): VmOptions {
  if (!RUNTIMES.has(config.runtime)) {
    throw new ConfigError(`${path}.runtime`, `'${config.runtime}' is not there; expected envoy.wasm.runtime.v8`);
  }
  const code = config.code?.specifier;
  if (code?.case !== "local") throw new ConfigError(`${path}.code`, "expected local code");
  const environment = environmentOf(config);
  return {
    vmId: config.vmId,
    code: dataSource(code.value, `${path}.code.local`),
    ...(config.configuration && { configuration: configurationBytes(config.configuration, `${path}.configuration`) }),
    ...(environment && { environment }),
  };
}

function environmentOf(config: VmConfig): Record<string, string> | undefined {
  const variables = config.environmentVariables;
  if (!variables) return undefined;
  const inherited = variables.hostEnvKeys.flatMap((key) => {
    const value = process.env[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...variables.keyValues };
}

/** As Envoy: strings and bytes are taken out of their wrappers, a Struct becomes JSON, anything else stays as encoded. */
function configurationBytes(any: Any, path: string): Uint8Array {
  try {
    switch (typeNameOf(any.typeUrl)) {
      case StringValueSchema.typeName:
        return Buffer.from(fromBinary(StringValueSchema, any.value).value);
      case BytesValueSchema.typeName:
        return fromBinary(BytesValueSchema, any.value).value;
      case StructSchema.typeName:
        return Buffer.from(toJsonString(StructSchema, fromBinary(StructSchema, any.value)));
      default:
        return any.value;
    }
  } catch (error) {
    throw new ConfigError(path, error instanceof Error ? error.message : String(error));
  }
}

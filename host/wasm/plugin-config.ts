import { fromBinary, toJsonString } from "@bufbuild/protobuf";
import { type Any, BytesValueSchema, StringValueSchema, StructSchema } from "@bufbuild/protobuf/wkt";
import type { DataSource } from "../../xds/gen/envoy/config/core/v3/base_pb.js";
import { FailurePolicy, type PluginConfig } from "../../xds/gen/envoy/extensions/wasm/v3/wasm_pb.js";
import { ConfigError, dataSource, durationMs, type SupportedFields, typeNameOf } from "../config/index.js";
import { type PluginOptions, type FailurePolicy as Policy, sourceMapBeside, type VmOptions } from "../vm/index.js";

/** What of envoy.extensions.wasm.v3 the host implements; part of the table of each Wasm filter. */
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
  // The longest interval is for a back-off that grows: this one does not, there as here.
  "envoy.config.core.v3.BackoffStrategy": "*",
  "envoy.extensions.wasm.v3.VmConfig": [
    "vm_id",
    "runtime",
    "code",
    "configuration",
    "allow_precompiled",
    "environment_variables",
  ],
  "envoy.extensions.wasm.v3.EnvironmentVariables": "*",
  "envoy.config.core.v3.AsyncDataSource": ["local"],
  "envoy.config.core.v3.DataSource": ["filename", "inline_bytes", "inline_string", "environment_variable"],
};

/** Reads a plugin's configuration. @throws ConfigError */
export function pluginOptions(config: PluginConfig | undefined, path: string): PluginOptions {
  if (config?.vm.case !== "vmConfig") throw new ConfigError(`${path}.vm_config`, "expected a VM configuration");
  const vm = config.vm.value;
  const at = `${path}.vm_config`;
  if (vm.runtime !== "envoy.wasm.runtime.v8") {
    throw new ConfigError(`${at}.runtime`, `expected envoy.wasm.runtime.v8, not ${JSON.stringify(vm.runtime)}`);
  }
  if (vm.code?.specifier.case !== "local") throw new ConfigError(`${at}.code`, "expected local code");
  const failurePolicy = readPolicy(config.failurePolicy);
  const environment: Record<string, string> = { ...vm.environmentVariables?.keyValues };
  for (const key of vm.environmentVariables?.hostEnvKeys ?? []) {
    const value = process.env[key];
    if (value !== undefined) environment[key] = value;
  }
  const vmConfiguration = configurationBytes(vm.configuration, `${at}.configuration`);
  const configuration = configurationBytes(config.configuration, `${path}.configuration`);
  return {
    name: config.name,
    rootId: config.rootId,
    vm: {
      vmId: vm.vmId,
      code: dataSource(vm.code.specifier.value, `${at}.code.local`),
      environment,
      ...sourceMapOf(vm.code.specifier.value, `${at}.code.local.filename`),
      ...(vmConfiguration === undefined ? {} : { configuration: vmConfiguration }),
    },
    ...(configuration === undefined ? {} : { configuration }),
    ...(failurePolicy === undefined ? {} : { failurePolicy }),
    ...reloadBackoff(config, `${path}.reload_config.backoff.base_interval`),
    failOpen: config.failOpen,
    allowOnHeadersStopIteration: config.allowOnHeadersStopIteration ?? false,
  };
}

/** The map beside a module's file, where the compiler wrote one. */
function sourceMapOf({ specifier }: DataSource, path: string): Pick<VmOptions, "sourceMap"> {
  if (specifier.case !== "filename") return {};
  try {
    return { sourceMap: sourceMapBeside(specifier.value) };
  } catch (error) {
    throw new ConfigError(path, error instanceof Error ? error.message : String(error));
  }
}

function readPolicy(policy: FailurePolicy): Policy | undefined {
  switch (policy) {
    case FailurePolicy.FAIL_RELOAD:
      return "FAIL_RELOAD";
    case FailurePolicy.FAIL_CLOSED:
      return "FAIL_CLOSED";
    case FailurePolicy.FAIL_OPEN:
      return "FAIL_OPEN";
    default:
      return undefined;
  }
}

/** How long FAIL_RELOAD waits, where it is said. */
function reloadBackoff({ reloadConfig }: PluginConfig, path: string): Pick<PluginOptions, "reloadBackoffMs"> {
  if (reloadConfig?.backoff === undefined) return {};
  const reloadBackoffMs = durationMs(reloadConfig.backoff.baseInterval, 0);
  // Envoy refuses less than 1 ms, and 1 ms itself ends its process.
  if (reloadBackoffMs < 2) throw new ConfigError(path, "expected at least 0.002s");
  return { reloadBackoffMs };
}

/** As Envoy does: a string or bytes as they are, a Struct as JSON, anything else as its serialised message. */
function configurationBytes(any: Any | undefined, path: string): Uint8Array | undefined {
  if (any === undefined) return undefined;
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

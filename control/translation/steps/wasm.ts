import { create } from "@bufbuild/protobuf";
import { type Any, StringValueSchema } from "@bufbuild/protobuf/wkt";
import {
  type TypedExtensionConfig,
  TypedExtensionConfigSchema,
} from "../../../xds/gen/envoy/config/core/v3/extension_pb.js";
import { WasmSchema as HttpWasmSchema } from "../../../xds/gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js";
import { WasmSchema as NetworkWasmSchema } from "../../../xds/gen/envoy/extensions/filters/network/wasm/v3/wasm_pb.js";
import { FailurePolicy } from "../../../xds/gen/envoy/extensions/wasm/v3/wasm_pb.js";
import type { Module } from "../../source/index.js";
import { pack } from "../envoy.js";

export interface Plugin {
  /** The resource's name, which is also the plugin's in logs. */
  readonly name: string;
  readonly chain: "network" | "http";
  readonly module: Module;
  /** What the module's VMs are shared by, besides its code. */
  readonly vm: string;
  readonly configuration: unknown;
}

/** A Wasm filter as a resource of its own, so that its settings change without its listener. */
export function wasmExtension({ name, chain, module, vm, configuration }: Plugin): TypedExtensionConfig {
  const config = {
    name,
    // A trap costs the VM's live connections; new ones get a new VM. By default the filter would be dead for good.
    failurePolicy: FailurePolicy.FAIL_RELOAD,
    configuration: text(JSON.stringify(configuration)),
    vm: {
      case: "vmConfig" as const,
      value: {
        // The code is part of the name: new code is a new VM, for new connections.
        vmId: `${vm}.${module.sha256.slice(0, 12)}`,
        runtime: "envoy.wasm.runtime.v8",
        code: {
          specifier: {
            case: "local" as const,
            value: { specifier: { case: "inlineBytes" as const, value: module.bytes } },
          },
        },
      },
    },
  };
  const typedConfig = chain === "network" ? pack(NetworkWasmSchema, { config }) : pack(HttpWasmSchema, { config });
  return create(TypedExtensionConfigSchema, { name, typedConfig });
}

function text(value: string): Any {
  return pack(StringValueSchema, { value });
}

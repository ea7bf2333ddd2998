import { create } from "@bufbuild/protobuf";
import { type Filter, FilterSchema } from "../../../xds/gen/envoy/config/listener/v3/listener_components_pb.js";
import { WasmSchema } from "../../../xds/gen/envoy/extensions/filters/network/wasm/v3/wasm_pb.js";
import { typeUrlOf } from "../../../xds/index.js";
import { ads } from "../envoy.js";

/** A codec in a chain of network filters; the listener waits until it has come. */
export function codecFilter(name: string): Filter {
  return create(FilterSchema, {
    name,
    configType: { case: "configDiscovery", value: { typeUrls: [typeUrlOf(WasmSchema)], configSource: ads() } },
  });
}

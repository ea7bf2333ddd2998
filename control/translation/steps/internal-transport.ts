import type { MessageInitShape } from "@bufbuild/protobuf";
import type { TransportSocketSchema } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { InternalUpstreamTransportSchema } from "../../../xds/gen/envoy/extensions/transport_sockets/internal_upstream/v3/internal_upstream_pb.js";
import { RawBufferSchema } from "../../../xds/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js";
import { pack } from "../envoy.js";

/**
 * How a connection to an internal listener is made.
 * @param metadata key of the endpoint's metadata that goes along, where any does
 */
export function internalTransport(metadata?: string): MessageInitShape<typeof TransportSocketSchema> {
  return {
    name: "envoy.transport_sockets.internal_upstream",
    configType: {
      case: "typedConfig",
      value: pack(InternalUpstreamTransportSchema, {
        passthroughMetadata:
          metadata === undefined ? [] : [{ name: metadata, kind: { kind: { case: "host", value: {} } } }],
        transportSocket: {
          name: "envoy.transport_sockets.raw_buffer",
          configType: { case: "typedConfig", value: pack(RawBufferSchema, {}) },
        },
      }),
    },
  };
}

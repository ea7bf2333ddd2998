import { WasmSchema } from "../../../xds/gen/envoy/extensions/filters/network/wasm/v3/wasm_pb.js";
import type { ByteQueue } from "../../bytes/index.js";
import { ConfigError } from "../../config/index.js";
import { NetworkStatus, type NetworkStream, PeerType } from "../../vm/index.js";
import { PLUGIN_FIELDS, pluginOptions } from "../../wasm/index.js";
import type { CloseEvent, NetworkFilter, NetworkFilterKind } from "../types.js";
import { FilterStatus } from "../types.js";
import { ConnectionHost } from "./wasm-host.js";

/** envoy.filters.network.wasm. */
export const networkWasm: NetworkFilterKind = {
  typeName: WasmSchema.typeName,
  terminal: false,
  async create(extension, context) {
    const { config } = extension.decode(WasmSchema, { ...PLUGIN_FIELDS, [WasmSchema.typeName]: ["config"] });
    const result = await context.wasm.plugin(pluginOptions(config, `${extension.path}.config`));
    if (!result.ok) throw new ConfigError(`${extension.path}.config`, result.reason);
    const { plugin } = result;
    context.onDispose(() => plugin.close());
    return (callbacks) => {
      const host = new ConnectionHost(callbacks, context.listener);
      const stream = plugin.networkStream(host);
      // A dead VM whose policy lets connections pass: a filter that does nothing.
      return stream === undefined ? {} : streamFilter(stream);
    };
  },
};

/** One connection in a module, as a filter of its chain. */
export function streamFilter(stream: NetworkStream): NetworkFilter {
  return new NetworkWasmFilter(stream);
}

class NetworkWasmFilter implements NetworkFilter {
  constructor(private readonly stream: NetworkStream) {}

  onNewConnection(): FilterStatus {
    return toStatus(this.stream.onNewConnection());
  }

  onData(buffer: ByteQueue, endOfStream: boolean): FilterStatus {
    return toStatus(this.stream.onDownstreamData(buffer, endOfStream));
  }

  onWrite(buffer: ByteQueue, endOfStream: boolean): FilterStatus {
    return toStatus(this.stream.onUpstreamData(buffer, endOfStream));
  }

  onClose(event: CloseEvent): void {
    this.stream.onDownstreamClose(event === "local" ? PeerType.Local : PeerType.Remote);
    this.stream.destroy();
  }
}

function toStatus(status: NetworkStatus): FilterStatus {
  return status === NetworkStatus.Continue ? FilterStatus.Continue : FilterStatus.StopIteration;
}

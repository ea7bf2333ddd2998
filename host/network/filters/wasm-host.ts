import { tlsProperty } from "../../tls/index.js";
import {
  type FilterState,
  type NetworkHost,
  type PropertyNamespace,
  type PropertyValue,
  Status,
} from "../../vm/index.js";
import { flagBits, hostMetadataValue, localityValue, metadataValue } from "../attributes.js";
import type { Connection, FilterCallbacks, ListenerInfo, StreamInfo } from "../types.js";

const DIRECTIONS = { unspecified: 0n, inbound: 1n, outbound: 2n } as const;

/** A connection as a module sees it: its properties, its filter state, and what it can do to it. */
export class ConnectionHost implements NetworkHost {
  readonly filterState: FilterState;

  constructor(
    private readonly callbacks: FilterCallbacks,
    private readonly listener: ListenerInfo,
  ) {
    this.filterState = filterStateOf(callbacks.connection.info);
  }

  closeStream(): void {
    this.callbacks.connection.close("flush", "wasm_close_stream");
  }

  continueStream(): void {
    this.callbacks.continueReading();
  }

  fail(): void {
    this.callbacks.connection.close("no-flush", "wasm_fail_stream");
  }

  property(name: string): PropertyValue | undefined {
    const { connection } = this.callbacks;
    const { info } = connection;
    switch (name) {
      case "connection":
        return { kind: "namespace", get: (key) => connectionValue(key, connection) };
      case "connection_id":
        return BigInt(connection.id);
      case "source":
        return addressOf(connection.remoteAddress);
      case "destination":
        return addressOf(connection.localAddress);
      case "request":
        return namespace({
          time: BigInt(info.startTime) * 1_000_000n,
          size: BigInt(connection.bytesReceived),
          total_size: BigInt(connection.bytesReceived),
        });
      case "response":
        return namespace({ size: BigInt(connection.bytesSent), flags: flagBits(info.responseFlags) });
      case "upstream":
        return upstreamOf(info);
      case "metadata":
        return metadataValue(info.dynamicMetadata);
      case "filter_state":
        return namespace(Object.fromEntries(info.filterState));
      case "upstream_filter_state":
        return info.upstreamEndpoint && namespace({});
      case "xds":
        return this.xds(connection);
      default:
        return undefined;
    }
  }

  private xds({ info }: Connection): PropertyValue {
    return namespace({
      cluster_name: info.upstreamCluster,
      upstream_host_metadata: info.upstreamEndpoint && hostMetadataValue(info.upstreamEndpoint.metadata),
      upstream_host_locality_metadata:
        info.upstreamEndpoint && hostMetadataValue(info.upstreamEndpoint.locality.metadata ?? {}),
      cluster_metadata: info.upstreamClusterMetadata && metadataValue(info.upstreamClusterMetadata),
      filter_chain_name: this.listener.filterChain,
      listener_metadata: metadataValue(this.listener.metadata),
      listener_direction: DIRECTIONS[this.listener.direction],
    });
  }
}

/** Objects that Envoy can make from bytes and that this host's filters read; all are strings. */
const OBJECTS = new Set(["envoy.tcp_proxy.cluster"]);

function filterStateOf(info: StreamInfo): FilterState {
  const readOnly = new Set<string>();
  return {
    get: (key) => info.filterState.get(key),
    set: (key, value, options) => {
      if (readOnly.has(key)) return Status.BadArgument;
      if (options.readOnly) readOnly.add(key);
      info.filterState.set(key, value);
      return Status.Ok;
    },
    setObject: (key, value) => {
      if (!OBJECTS.has(key)) return Status.NotFound;
      info.filterState.set(key, Buffer.from(value).toString());
      return Status.Ok;
    },
  };
}

function connectionValue(key: string, { id, info, tls }: Connection): PropertyValue | undefined {
  if (key === "id") return BigInt(id);
  return key === "termination_details" ? info.terminationDetails : tlsProperty(tls, key);
}

function namespace(values: Readonly<Record<string, PropertyValue | undefined>>): PropertyNamespace {
  return { kind: "namespace", get: (key) => values[key] };
}

/** On TCP it is there from the beginning, with nothing in it. */
function upstreamOf(info: StreamInfo): PropertyValue {
  const { upstreamEndpoint: endpoint, upstreamFailure, upstreamAttempts, upstreamReadyMs } = info;
  const address = endpoint && addressOf(endpoint.name);
  return {
    kind: "namespace",
    get(key) {
      if (key === "transport_failure_reason") return upstreamFailure ?? "";
      if (key === "request_attempt_count") return BigInt(upstreamAttempts);
      if (key === "locality") return endpoint && localityValue(endpoint.locality);
      if (key === "local_address") return info.upstreamLocalAddress;
      if (key === "cx_pool_ready_duration") return duration(upstreamReadyMs);
      return address?.get(key);
    },
  };
}

function duration(milliseconds: number | undefined): bigint | undefined {
  return milliseconds === undefined ? undefined : BigInt(Math.round(milliseconds * 1e6));
}

/** `address` and `port`, as in Envoy's attributes. */
function addressOf(address: string): PropertyNamespace {
  const port = /:(\d+)$/.exec(address)?.[1];
  return namespace({ address, port: port === undefined ? undefined : BigInt(port) });
}

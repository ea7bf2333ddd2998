import type { Duplex } from "node:stream";
import { TcpProxySchema } from "../../../xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import type { ByteQueue } from "../../bytes/index.js";
import {
  type Cluster,
  type ClusterManager,
  CONNECT_FAILURE_DETAILS,
  type FailureReason,
  localAddressOf,
} from "../../upstream/index.js";
import {
  type CloseEvent,
  type Connection,
  FilterStatus,
  type NetworkFilter,
  type NetworkFilterKind,
} from "../types.js";
import { readTcpProxy, type TcpProxyConfig } from "./tcp-proxy-config.js";

const EMPTY = new Uint8Array(0);
/** The filter state that names the cluster, before the configuration does. */
const CLUSTER_KEY = "envoy.tcp_proxy.cluster";

/** envoy.filters.network.tcp_proxy. */
export const tcpProxy: NetworkFilterKind = {
  typeName: TcpProxySchema.typeName,
  terminal: true,
  create(extension, { stats, clusters }) {
    const config = readTcpProxy(extension, stats);
    return ({ connection }) => new TcpProxyFilter(connection, config, clusters);
  },
};

class TcpProxyFilter implements NetworkFilter {
  private upstream: Duplex | undefined;
  private chosenAt = 0;
  private cancel: (() => void) | undefined;
  private stopped = false;
  private lastActivity = Date.now();
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly config: TcpProxyConfig,
    private readonly clusters: ClusterManager,
  ) {}

  onNewConnection(): FilterStatus {
    this.config.stats.connections.inc();
    this.connection.enableHalfClose();
    this.connection.readDisable(true);
    this.startTimers();
    const { info } = this.connection;
    const named = info.filterState.get(CLUSTER_KEY);
    const name = typeof named === "string" ? named : this.config.cluster();
    info.upstreamCluster = name;
    const cluster = this.clusters.get(name);
    if (cluster === undefined) {
      this.config.stats.noRoute.inc();
      info.responseFlags.add("NC");
      this.connection.close("no-flush", `there is no cluster ${name}`);
    } else {
      this.connect(cluster);
    }
    return FilterStatus.StopIteration;
  }

  onData(buffer: ByteQueue, endOfStream: boolean): FilterStatus {
    const { upstream, config } = this;
    if (upstream === undefined) return FilterStatus.StopIteration;
    this.lastActivity = Date.now();
    config.stats.received.inc(buffer.length);
    let room = true;
    for (const chunk of buffer.takeChunks()) room = upstream.write(chunk) && room;
    if (endOfStream) {
      if (!upstream.writableEnded) upstream.end();
    } else if (!room && !this.stopped) {
      this.stopped = true;
      config.stats.pausedReading.inc();
      this.connection.readDisable(true);
    }
    return FilterStatus.StopIteration;
  }

  onWritable(): void {
    if (this.connection.writable) this.upstream?.resume();
  }

  onClose(event: CloseEvent): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.cancel?.();
    const { upstream } = this;
    if (upstream === undefined || upstream.destroyed) return;
    // What the client sent before it closed still goes out; what the upstream sends has nowhere to go.
    upstream.resume();
    if (event === "remote" || upstream.writableEnded) upstream.end(() => upstream.destroy());
    else upstream.destroy();
  }

  private connect(cluster: Cluster): void {
    const { connection } = this;
    const { info } = connection;
    info.upstreamAttempts += 1;
    const endpoint = cluster.pickEndpoint({
      dynamicMetadata: info.dynamicMetadata,
      originalDestination: connection.originalDestination,
    });
    if (endpoint === undefined) {
      info.responseFlags.add("UH");
      // As a refused connection to whoever waits before an internal listener: nothing was sent anywhere.
      connection.close("no-flush", `${CONNECT_FAILURE_DETAILS}: no healthy upstream in ${cluster.name}`);
      return;
    }
    this.chosenAt = performance.now();
    info.upstreamEndpoint = endpoint;
    info.upstreamClusterMetadata = cluster.metadata;
    this.cancel = cluster.tcpConnect(endpoint, {
      onConnected: (stream) => this.onConnected(stream),
      onFailure: (reason, detail) => this.onFailure(cluster, reason, detail),
    });
  }

  private onFailure(cluster: Cluster, reason: FailureReason, detail: string): void {
    this.cancel = undefined;
    if (reason !== "overflow" && this.connection.info.upstreamAttempts < this.config.maxConnectAttempts) {
      this.connect(cluster);
      return;
    }
    const { info } = this.connection;
    info.responseFlags.add(reason === "overflow" ? "UO" : "UF");
    info.upstreamFailure = detail;
    cluster.stats.counter("upstream_cx_connect_attempts_exceeded").inc();
    const refused = reason !== "connect-timeout";
    this.connection.close("no-flush", refused ? `${CONNECT_FAILURE_DETAILS}: ${detail}` : `connect timeout: ${detail}`);
  }

  private onConnected(stream: Duplex): void {
    const { connection, config } = this;
    this.cancel = undefined;
    this.upstream = stream;
    connection.info.upstreamLocalAddress = localAddressOf(stream);
    connection.info.upstreamReadyMs = performance.now() - this.chosenAt;
    stream.on("data", (chunk: Uint8Array) => {
      this.lastActivity = Date.now();
      config.stats.sent.inc(chunk.length);
      connection.write(chunk, false);
      if (!connection.writable) stream.pause();
    });
    stream.on("drain", () => {
      if (!this.stopped) return;
      this.stopped = false;
      config.stats.resumedReading.inc();
      connection.readDisable(false);
    });
    stream.once("end", () => connection.write(EMPTY, true));
    stream.once("error", (error) => {
      connection.info.upstreamFailure = error.message;
    });
    stream.once("close", () => {
      if (stream.errored === null && stream.readableEnded && stream.writableEnded) connection.close("flush");
      else connection.close("flush", "upstream_closed");
    });
    connection.readDisable(false);
  }

  private startTimers(): void {
    const { idleTimeoutMs, maxDurationMs, stats } = this.config;
    if (maxDurationMs > 0) {
      const timer = setTimeout(() => {
        stats.maxDuration.inc();
        this.connection.close("flush", "max_downstream_connection_duration");
      }, maxDurationMs);
      this.timers.push(timer.unref());
    }
    if (idleTimeoutMs <= 0) return;
    const timer = setTimeout(() => {
      const left = this.lastActivity + idleTimeoutMs - Date.now();
      if (left <= 0) {
        stats.idleTimeout.inc();
        this.connection.close("flush", "idle_timeout");
        return;
      }
      timer.refresh();
    }, idleTimeoutMs);
    this.timers.push(timer.unref());
  }
}

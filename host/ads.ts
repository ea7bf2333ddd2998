import type { Bootstrap } from "../xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import type { Cluster } from "../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ApiConfigSource_ApiType } from "../xds/gen/envoy/config/core/v3/config_source_pb.js";
import { UpstreamTlsContextSchema } from "../xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js";
import { AdsClient, type ChannelSecurity } from "../xds/index.js";
import { ConfigError, hostPort, openExtension, tcpAddress } from "./config/index.js";
import type { Logger } from "./network/index.js";
import type { Scope } from "./stats/index.js";
import { channelSecurity, TLS_FIELDS } from "./tls/index.js";

/** The ADS client that the bootstrap asks for; undefined for a static configuration. @throws ConfigError */
export function adsClient(bootstrap: Bootstrap, stats: Scope, logger: Logger): AdsClient | undefined {
  const config = bootstrap.dynamicResources?.adsConfig;
  if (config === undefined) {
    const { ldsConfig, cdsConfig } = bootstrap.dynamicResources ?? {};
    if (ldsConfig === undefined && cdsConfig === undefined) return undefined;
    throw new ConfigError("dynamic_resources.ads_config", "must be set: lds_config and cds_config come over ADS");
  }
  if (config.apiType !== ApiConfigSource_ApiType.GRPC) {
    throw new ConfigError(
      "dynamic_resources.ads_config.api_type",
      "expected GRPC; this host speaks state-of-the-world ADS",
    );
  }
  if (bootstrap.node === undefined) throw new ConfigError("node", "must be set to use xDS");
  const target = config.grpcServices[0]?.targetSpecifier;
  const path = "dynamic_resources.ads_config.grpc_services[0]";
  if (target?.case !== "envoyGrpc") throw new ConfigError(path, "expected envoy_grpc");
  const name = target.value.clusterName;
  const cluster = bootstrap.staticResources?.clusters.find((candidate) => candidate.name === name);
  const at = `${path}.envoy_grpc.cluster_name`;
  if (cluster === undefined) throw new ConfigError(at, `there is no static cluster ${name}`);
  const endpoint = cluster.loadAssignment?.endpoints[0]?.lbEndpoints[0]?.hostIdentifier;
  if (endpoint?.case !== "endpoint") throw new ConfigError(at, `cluster ${name} has no endpoint`);
  const { host, port } = tcpAddress(endpoint.value.address, at);
  const connected = stats.gauge("control_plane.connected_state");
  connected.set(0);
  const security = securityOf(cluster, `${at}: transport_socket.typed_config`);
  // What is wrong with it now is told at once.
  security?.();
  return new AdsClient({
    address: hostPort(host, port),
    security,
    node: bootstrap.node,
    logger,
    onState: (up, reason) => {
      connected.set(up ? 1 : 0);
      if (up) logger.info({ host, port }, "connected to the control plane");
      else logger.warn({ host, port, reason }, "the control plane is gone; what runs stays as it is");
    },
  });
}

/** As the cluster says it, which was read as a cluster already; undefined for plain text. */
function securityOf({ transportSocket }: Cluster, path: string): ChannelSecurity | undefined {
  if (transportSocket === undefined) return undefined;
  const extension = openExtension(transportSocket.configType.value, path);
  if (extension.typeName !== UpstreamTlsContextSchema.typeName) return undefined;
  const context = extension.decode(UpstreamTlsContextSchema, TLS_FIELDS);
  return () => channelSecurity(context, path);
}

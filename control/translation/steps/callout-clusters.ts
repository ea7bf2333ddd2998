import { create } from "@bufbuild/protobuf";
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { HttpProtocolOptionsSchema } from "../../../xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import type { Callout, Model } from "../../model/index.js";
import { duration, pack } from "../envoy.js";
import { calloutCluster } from "../names.js";
import { upstreamTransport } from "./tls.js";

const CONNECT_TIMEOUT = 1000;

/** The servers that filters ask while a request waits. */
export function calloutClusters({ callouts = [] }: Model): Cluster[] {
  return callouts.map((callout) =>
    create(ClusterSchema, {
      name: calloutCluster(callout),
      clusterDiscoveryType: {
        case: "type",
        value: callout.endpoints === "name" ? DiscoveryType.STRICT_DNS : DiscoveryType.STATIC,
      },
      connectTimeout: duration(CONNECT_TIMEOUT),
      loadAssignment: { clusterName: calloutCluster(callout), endpoints: [{ lbEndpoints: addresses(callout) }] },
      ...upstreamTransport(callout, callout.tls),
      ...(callout.http2 && { typedExtensionProtocolOptions: HTTP2 }),
    }),
  );
}

const HTTP2 = {
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": pack(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: "explicitHttpConfig",
      value: { protocolConfig: { case: "http2ProtocolOptions", value: {} } },
    },
  }),
};

function addresses({ host, port, endpoints }: Callout) {
  const all = endpoints === "name" ? [{ address: host, port }] : endpoints;
  return all.map(({ address, port: number }) => ({
    hostIdentifier: {
      case: "endpoint" as const,
      value: {
        address: {
          address: {
            case: "socketAddress" as const,
            value: { address, portSpecifier: { case: "portValue" as const, value: number } },
          },
        },
      },
    },
  }));
}

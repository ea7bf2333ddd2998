import { create } from "@bufbuild/protobuf";
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
} from "../../../xds/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterLoadAssignmentSchema } from "../../../xds/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { type Listener, ListenerSchema } from "../../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { HttpProtocolOptionsSchema } from "../../../xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import type { Model } from "../../model/index.js";
import type { Modules } from "../../source/index.js";
import { OUT_OF_REACH, pack } from "../envoy.js";
import { oneWayLoop } from "../names.js";
import { calloutManager, directionOf } from "./connection-manager.js";
import { internalTransport } from "./internal-transport.js";

// A client may send a one-way request and close at once; its connection manager then drops what is not forwarded yet.
// So the ingress codec sends such requests as callouts of its own, to a cluster that leads back to the service's routes.

/** For each service an internal listener without a codec: HTTP in, the same routes and filters. */
export function oneWayListeners(model: Model, modules: Modules): Listener[] {
  return model.services.map((service) =>
    create(ListenerSchema, {
      name: oneWayLoop(service),
      listenerSpecifier: { case: "internalListener", value: {} },
      trafficDirection: directionOf(service),
      filterChains: [{ filters: [calloutManager(service, model, modules)] }],
    }),
  );
}

/** The clusters that lead to those listeners. */
export function oneWayClusters({ services }: Model): Cluster[] {
  return services.map((service) => {
    const name = oneWayLoop(service);
    const address = {
      case: "envoyInternalAddress" as const,
      value: { addressNameSpecifier: { case: "serverListenerName" as const, value: name } },
    };
    return create(ClusterSchema, {
      name,
      clusterDiscoveryType: { case: "type", value: DiscoveryType.STATIC },
      loadAssignment: create(ClusterLoadAssignmentSchema, {
        clusterName: name,
        endpoints: [{ lbEndpoints: [{ hostIdentifier: { case: "endpoint", value: { address: { address } } } }] }],
      }),
      circuitBreakers: {
        thresholds: [{ maxConnections: OUT_OF_REACH, maxPendingRequests: OUT_OF_REACH, maxRequests: OUT_OF_REACH }],
      },
      typedExtensionProtocolOptions: { [HttpProtocolOptionsSchema.typeName]: http2 },
      transportSocket: internalTransport(),
    });
  });
}

const http2 = pack(HttpProtocolOptionsSchema, {
  commonHttpProtocolOptions: { maxHeadersCount: 2000 },
  upstreamProtocolOptions: {
    case: "explicitHttpConfig",
    value: { protocolConfig: { case: "http2ProtocolOptions", value: {} } },
  },
});

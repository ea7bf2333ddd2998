import { create } from "@bufbuild/protobuf";
import { type Listener, ListenerSchema } from "../../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { ConfigSchema as SetFilterStateSchema } from "../../../xds/gen/envoy/extensions/filters/network/set_filter_state/v3/set_filter_state_pb.js";
import { TcpProxySchema } from "../../../xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import type { Model } from "../../model/index.js";
import { pack } from "../envoy.js";
import { ENDPOINT_METADATA, egressCodec, egressListener } from "../names.js";
import { codecFilter } from "./codec-filter.js";
import { egressUses } from "./extensions.js";

/**
 * One internal listener for each codec: HTTP comes in, the protocol's own frames go out to the cluster that the chosen
 * endpoint's metadata names. It is the same for all services whose codec has no settings, so rules never touch it.
 */
export function egressListeners({ services }: Model): Listener[] {
  return egressUses(services).map(([use]) => {
    const name = egressListener(use);
    return create(ListenerSchema, {
      name,
      listenerSpecifier: { case: "internalListener", value: {} },
      filterChains: [{ filters: [codecFilter(egressCodec(use)), chooseCluster, forward(name)] }],
    });
  });
}

const chooseCluster = {
  name: "envoy.filters.network.set_filter_state",
  configType: {
    case: "typedConfig" as const,
    value: pack(SetFilterStateSchema, {
      onNewConnection: [
        {
          key: { case: "objectKey", value: "envoy.tcp_proxy.cluster" },
          value: {
            case: "formatString",
            value: {
              format: {
                case: "textFormatSource",
                value: {
                  specifier: { case: "inlineString", value: `%DYNAMIC_METADATA(${ENDPOINT_METADATA}:cluster)%` },
                },
              },
            },
          },
        },
      ],
    }),
  },
};

function forward(statPrefix: string) {
  // The cluster named here is never there: the filter state always names another.
  const config = pack(TcpProxySchema, {
    statPrefix,
    clusterSpecifier: { case: "cluster", value: "meltemi_blackhole" },
  });
  return { name: "envoy.filters.network.tcp_proxy", configType: { case: "typedConfig" as const, value: config } };
}

import { create } from "@bufbuild/protobuf";
import { TrafficDirection } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { type Listener, ListenerSchema } from "../../../xds/gen/envoy/config/listener/v3/listener_pb.js";
import { RouterSchema } from "../../../xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import { WasmSchema as HttpWasmSchema } from "../../../xds/gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js";
import {
  HttpConnectionManager_CodecType as CodecType,
  HttpConnectionManagerSchema,
  type HttpFilter,
  HttpFilterSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { typeUrlOf } from "../../../xds/index.js";
import type { Model, Service } from "../../model/index.js";
import type { Modules } from "../../source/index.js";
import { ads, duration, pack } from "../envoy.js";
import { HEADER_MUTATION, ingressCodec, serviceName } from "../names.js";
import { codecFilter } from "./codec-filter.js";

/** The listener of each service, the same whatever its rules say: routes come by RDS, the codec and filters by ECDS. */
export function serviceListeners({ services }: Model, modules: Modules): Listener[] {
  const filters = [...(modules.http.has(HEADER_MUTATION.module) ? [headerMutation()] : []), router()];
  return services.map((service) =>
    create(ListenerSchema, {
      name: serviceName(service),
      trafficDirection: TrafficDirection.OUTBOUND,
      address: {
        address: {
          case: "socketAddress",
          value: {
            address: service.bind.address,
            portSpecifier: { case: "portValue", value: service.bind.port },
          },
        },
      },
      filterChains: [{ filters: [codecFilter(ingressCodec(service)), connectionManager(service, filters)] }],
    }),
  );
}

function connectionManager(service: Service, httpFilters: HttpFilter[]) {
  const value = pack(HttpConnectionManagerSchema, {
    statPrefix: serviceName(service).replaceAll(":", "_"),
    codecType: CodecType.HTTP2,
    routeSpecifier: { case: "rds", value: { routeConfigName: serviceName(service), configSource: ads() } },
    httpFilters,
    // The windows let a large frame in without an update from the codec, which can write only when it is called.
    http2ProtocolOptions: {
      initialStreamWindowSize: 268_435_456,
      initialConnectionWindowSize: 2_147_483_647,
      maxConcurrentStreams: 100_000,
      // A request that Envoy refuses costs its stream, not all the others on the client's connection.
      overrideStreamErrorOnInvalidHttpMessage: true,
    },
    commonHttpProtocolOptions: { maxHeadersCount: 2000, ...connectionAge(service) },
    maxRequestHeadersKb: 512,
    serverHeaderTransformation: ServerHeader.PASS_THROUGH,
    generateRequestId: false,
    // Envoy heeds x-envoy-upstream-rq-timeout-ms, the deadline that a request brings along, of internal requests only.
    // All are: every header was written by the codec, which lets no client's attribute have such a name.
    useRemoteAddress: true,
    skipXffAppend: true,
    internalAddressConfig: {
      cidrRanges: ["0.0.0.0", "::"].map((addressPrefix) => ({ addressPrefix, prefixLen: 0 })),
    },
    streamIdleTimeout: duration(0),
  });
  return { name: "envoy.filters.network.http_connection_manager", configType: { case: "typedConfig" as const, value } };
}

function connectionAge({ tuning: { maxConnectionDuration } }: Service) {
  return maxConnectionDuration === undefined ? {} : { maxConnectionDuration: duration(maxConnectionDuration) };
}

/**
 * Off unless a route's FilterConfig turns it on. Seen on Envoy 1.40: `disabled` holds for a filter that comes by ECDS, and
 * a FilterConfig with an empty `config` in the route's typed_per_filter_config enables it there.
 */
function headerMutation(): HttpFilter {
  return create(HttpFilterSchema, {
    name: HEADER_MUTATION.filter,
    disabled: true,
    configType: { case: "configDiscovery", value: { typeUrls: [typeUrlOf(HttpWasmSchema)], configSource: ads() } },
  });
}

function router(): HttpFilter {
  return create(HttpFilterSchema, {
    name: "envoy.filters.http.router",
    configType: { case: "typedConfig", value: pack(RouterSchema, { suppressEnvoyHeaders: true, dynamicStats: false }) },
  });
}

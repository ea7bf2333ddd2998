import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { TrafficDirection } from "../../../xds/gen/envoy/config/core/v3/base_pb.js";
import { RouterSchema } from "../../../xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import {
  HttpConnectionManager_CodecType as CodecType,
  HttpConnectionManagerSchema,
  type HttpFilter,
  HttpFilterSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { Model, Service } from "../../model/index.js";
import type { Modules } from "../../source/index.js";
import { ads, duration, pack } from "../envoy.js";
import { routeFilterChain } from "../filters/index.js";
import { serviceName } from "../names.js";
import { accessLogs } from "./access-logs.js";
import { tracer } from "./tracing.js";

/**
 * What routes a service's requests; all connection managers of a service share its routes and statistics.
 * @param maxConnectionDuration in milliseconds; without it connections may grow old
 */
export function connectionManager(service: Service, model: Model, modules: Modules, maxConnectionDuration?: number) {
  return manager(service, model, modules, maxConnectionDuration, { useRemoteAddress: true, skipXffAppend: true });
}

/**
 * The same for callouts of the codec, which come from within the proxy: from no address that Envoy could take for an internal
 * one. So the codec names one itself where that matters (x-forwarded-for).
 */
export function calloutManager(service: Service, model: Model, modules: Modules) {
  return manager(service, model, modules, undefined, { useRemoteAddress: false });
}

function manager(
  service: Service,
  model: Model,
  modules: Modules,
  maxConnectionDuration: number | undefined,
  origin: Pick<MessageInitShape<typeof HttpConnectionManagerSchema>, "useRemoteAddress" | "skipXffAppend">,
) {
  const age = maxConnectionDuration === undefined ? {} : { maxConnectionDuration: duration(maxConnectionDuration) };
  const value = pack(HttpConnectionManagerSchema, {
    statPrefix: serviceName(service).replaceAll(":", "_"),
    codecType: CodecType.HTTP2,
    routeSpecifier: { case: "rds", value: { routeConfigName: serviceName(service), configSource: ads() } },
    httpFilters: [...routeFilterChain(modules, "request"), router()],
    accessLog: accessLogs(service, model),
    // The windows let a large frame in without an update from the codec, which can write only when it is called.
    http2ProtocolOptions: {
      initialStreamWindowSize: takesConnect(service) ? pinnedWindow(service) : 268_435_456,
      initialConnectionWindowSize: 2_147_483_647,
      maxConcurrentStreams: 100_000,
      allowConnect: takesConnect(service),
      // A request that Envoy refuses costs its stream, not all the others on the client's connection.
      overrideStreamErrorOnInvalidHttpMessage: true,
    },
    upgradeConfigs: takesConnect(service) ? [{ upgradeType: "CONNECT" }] : [],
    commonHttpProtocolOptions: { maxHeadersCount: 2000, ...age },
    drainTimeout: duration(LAST_WORD),
    maxRequestHeadersKb: 512,
    serverHeaderTransformation: ServerHeader.PASS_THROUGH,
    ...tracer(service),
    // Envoy heeds what steers it (x-envoy-upstream-rq-timeout-ms, the deadline that a request brings along) of internal
    // requests only, which any address makes of one: every header was written by the codec, which lets no client's
    // attribute have such a name.
    ...origin,
    internalAddressConfig: {
      cidrRanges: ["0.0.0.0", "::"].map((addressPrefix) => ({ addressPrefix, prefixLen: 0 })),
    },
    streamIdleTimeout: duration(0),
  });
  return { name: "envoy.filters.network.http_connection_manager", configType: { case: "typedConfig" as const, value } };
}

/**
 * Between the notice that a connection is to end and the last word, behind which the proxy takes nothing new. The codec sends
 * the client away at the notice, or closes in the first quiet moment; a client that has none would get errors from the last
 * word on. So it comes when Envoy gives up a drained listener's connections anyway, by its default. In milliseconds.
 */
const LAST_WORD = 600_000;

/** Whether some requests, or streams of requests, come as CONNECT. */
function takesConnect({ codec, lane }: Service): boolean {
  return codec.pins || lane.open;
}

/** What routes a service's sessions: each is one CONNECT stream. Of the filters, only those that judge its opening. */
export function sessionManager(service: Service, model: Model, modules: Modules, maxConnectionDuration?: number) {
  const age = maxConnectionDuration === undefined ? {} : { maxConnectionDuration: duration(maxConnectionDuration) };
  const value = pack(HttpConnectionManagerSchema, {
    statPrefix: serviceName(service).replaceAll(":", "_"),
    codecType: CodecType.HTTP2,
    routeSpecifier: { case: "rds", value: { routeConfigName: serviceName(service), configSource: ads() } },
    httpFilters: [...routeFilterChain(modules, "session"), router()],
    accessLog: accessLogs(service, model),
    http2ProtocolOptions: {
      // Also how much of a server's answer waits here for a client that does not read.
      initialStreamWindowSize: SESSION_WINDOW,
      initialConnectionWindowSize: 2_147_483_647,
      allowConnect: true,
      overrideStreamErrorOnInvalidHttpMessage: true,
    },
    upgradeConfigs: [{ upgradeType: "CONNECT" }],
    commonHttpProtocolOptions: { maxHeadersCount: 2000, ...age },
    maxRequestHeadersKb: 512,
    serverHeaderTransformation: ServerHeader.PASS_THROUGH,
    generateRequestId: false,
    streamIdleTimeout: duration(0),
  });
  return { name: "envoy.filters.network.http_connection_manager", configType: { case: "typedConfig" as const, value } };
}

const SESSION_WINDOW = 1_048_576;

/**
 * Where some requests become sessions: room for the largest frame, and not more, since so much of a server's answer waits
 * here for a client that does not read. The codec reckons with the same until it is told.
 */
function pinnedWindow({ tuning }: Service): number {
  return Math.min((tuning.maxFrameBytes ?? MAX_FRAME_BYTES) + 1_048_576, 2_147_483_647);
}

/** The codec's own default. */
const MAX_FRAME_BYTES = 8_388_608;

function router(): HttpFilter {
  return create(HttpFilterSchema, {
    name: "envoy.filters.http.router",
    configType: { case: "typedConfig", value: pack(RouterSchema, { suppressEnvoyHeaders: true, dynamicStats: false }) },
  });
}

/** Of a service's listeners: by it tracers tell a client's span from a server's. */
export function directionOf({ side }: Service): TrafficDirection {
  return side === "inbound" ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND;
}

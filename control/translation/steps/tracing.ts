import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Tracing as RouteTracing,
  TracingSchema as RouteTracingSchema,
} from "../../../xds/gen/envoy/config/route/v3/route_components_pb.js";
import type { Tracing_HttpSchema } from "../../../xds/gen/envoy/config/trace/v3/http_tracer_pb.js";
import { OpenTelemetryConfigSchema } from "../../../xds/gen/envoy/config/trace/v3/opentelemetry_pb.js";
import {
  ZipkinConfigSchema,
  ZipkinConfig_CollectorEndpointVersion as ZipkinVersion,
} from "../../../xds/gen/envoy/config/trace/v3/zipkin_pb.js";
import type { HttpConnectionManagerSchema } from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { CustomTagSchema } from "../../../xds/gen/envoy/type/tracing/v3/custom_tag_pb.js";
import type { Collector, Service, SpanTag } from "../../model/index.js";
import { attributeHeader } from "../attribute-header.js";
import { duration, pack, percent } from "../envoy.js";
import { calloutCluster, serviceName } from "../names.js";

// Where the mesh has a tracer, each listener has it too, and which requests have spans is in the routes: so a Telemetry's
// change touches no listener. Envoy draws by the request's id: without ids it samples every request, whatever routes say.

type TagInit = MessageInitShape<typeof CustomTagSchema>;

/** The tracer of a connection manager, and what it draws by. */
export function tracer(
  service: Service,
): Pick<MessageInitShape<typeof HttpConnectionManagerSchema>, "generateRequestId" | "tracing"> {
  const { collector } = service;
  if (collector === undefined) return { generateRequestId: false };
  return { generateRequestId: true, tracing: { provider: provider(service, collector) } };
}

function provider(service: Service, { server, speaks }: Collector): MessageInitShape<typeof Tracing_HttpSchema> {
  const clusterName = calloutCluster(server);
  // The cluster's name, which Envoy would say, is no authority that servers take.
  const authority = `${server.host}:${server.port}`;
  if (speaks.name === "zipkin") {
    const config = pack(ZipkinConfigSchema, {
      collectorCluster: clusterName,
      collectorHostname: authority,
      collectorEndpoint: speaks.path,
      collectorEndpointVersion: ZipkinVersion.HTTP_JSON,
      traceId128bit: !speaks.shortIds,
      // As Istio: of two proxies in a row each has a span of its own.
      sharedSpanContext: false,
    });
    return { name: "envoy.tracers.zipkin", configType: { case: "typedConfig", value: config } };
  }
  const config = pack(OpenTelemetryConfigSchema, {
    serviceName: serviceName(service),
    grpcService: {
      targetSpecifier: { case: "envoyGrpc", value: { clusterName, authority } },
      timeout: duration(EXPORT_TIMEOUT),
    },
  });
  return { name: "envoy.tracers.opentelemetry", configType: { case: "typedConfig", value: config } };
}

/** In milliseconds. */
const EXPORT_TIMEOUT = 5000;

/** Which of a route's requests have spans, and what the spans say. */
export function routeTracing(service: Service): { tracing?: RouteTracing } {
  const { collector, tracing } = service;
  if (collector === undefined) return {};
  // Whatever a caller decided, too.
  if (tracing === undefined) return { tracing: create(RouteTracingSchema, { ...NONE, overallSampling: percent(0) }) };
  return {
    tracing: create(RouteTracingSchema, {
      ...NONE,
      randomSampling: percent(tracing.percentage),
      customTags: [...PROTOCOL_TAGS, ...tracing.tags.map(tagOf)],
    }),
  };
}

const NONE = { clientSampling: percent(0), randomSampling: percent(0) };

/** What Envoy does not know of: a tag is missing where it would be empty. */
const PROTOCOL_TAGS: readonly TagInit[] = [
  { tag: "rpc.service", type: { case: "value", value: "%REQ(:AUTHORITY)%" } },
  { tag: "rpc.operation", type: { case: "value", value: "%REQ(:PATH)%" } },
  { tag: "rpc.status", type: { case: "value", value: "%RESP(X-MELTEMI-CODE)%" } },
  { tag: "rpc.outcome", type: { case: "value", value: "%RESP(X-MELTEMI-OUTCOME)%" } },
];

function tagOf(tag: SpanTag): TagInit {
  switch (tag.kind) {
    case "literal":
      return { tag: tag.name, type: { case: "literal", value: { value: tag.value } } };
    case "environment":
      return {
        tag: tag.name,
        type: { case: "environment", value: { name: tag.variable, defaultValue: tag.otherwise } },
      };
    case "attribute":
      return {
        tag: tag.name,
        type: { case: "requestHeader", value: { name: attributeHeader(tag.attribute), defaultValue: tag.otherwise } },
      };
    case "format":
      return { tag: tag.name, type: { case: "value", value: tag.format } };
  }
}

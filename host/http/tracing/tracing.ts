import { toBinary } from "@bufbuild/protobuf";
import type { ExportResult } from "@opentelemetry/core";
import { ExportResultCode } from "@opentelemetry/core";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { type GrpcService, GrpcServiceSchema } from "../../../xds/gen/envoy/config/core/v3/grpc_service_pb.js";
import { OpenTelemetryConfigSchema } from "../../../xds/gen/envoy/config/trace/v3/opentelemetry_pb.js";
import type { HttpConnectionManager_Tracing as Tracing } from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { ConfigError, durationMs, openExtension } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import { grpcCaller } from "../../wasm/index.js";
import { type StartSpan, spanStarter } from "./request-span.js";

const FIELDS = {
  "envoy.config.trace.v3.OpenTelemetryConfig": ["grpc_service", "service_name"],
  "envoy.config.core.v3.GrpcService": ["envoy_grpc", "timeout"],
  "envoy.config.core.v3.GrpcService.EnvoyGrpc": ["cluster_name", "authority"],
};

/** As Envoy by default: so many spans go at once, fewer after this time. */
const BATCH = 5;
const FLUSH_MS = 5000;

/** Compiles `tracing` of a connection manager. */
export function compileTracing(
  config: Tracing | undefined,
  context: FactoryContext,
  path: string,
): StartSpan | undefined {
  if (config === undefined) return undefined;
  const provider = config.provider?.configType.value;
  if (provider === undefined) throw new ConfigError(`${path}.provider`, "is required");
  const { serviceName, grpcService } = openExtension(provider, `${path}.provider.typed_config`).decode(
    OpenTelemetryConfigSchema,
    FIELDS,
  );
  const target = grpcService?.targetSpecifier;
  if (grpcService === undefined || target?.case !== "envoyGrpc")
    throw new ConfigError(`${path}.provider.typed_config.grpc_service`, "is required");
  const exporter = new ClusterExporter(context, grpcService, durationMs(grpcService.timeout, 0));
  const tracers = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName }),
    sampler: new AlwaysOnSampler(), // what is not sampled never gets here
    spanProcessors: [new BatchSpanProcessor({ exporter, maxExportBatchSize: BATCH, scheduledDelayMillis: FLUSH_MS })],
  });
  context.onDispose(
    () => void tracers.shutdown().catch((err: unknown) => context.logger.warn({ err }, "spans are lost")),
  );
  const tags = { node_id: context.node.id, zone: "" };
  return spanStarter(
    tracers.getTracer("envoy"),
    context.listener.direction === "outbound" ? "egress" : "ingress",
    tags,
  );
}

/** Sends spans to a cluster, by OTLP over gRPC. */
class ClusterExporter implements SpanExporter {
  constructor(
    private readonly context: FactoryContext,
    private readonly service: GrpcService,
    private readonly timeoutMs: number,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const close = (status: number, message: string): void => {
      const failed = status !== 0;
      if (failed) this.context.logger.warn({ status, message }, "spans cannot be reported");
      done({ code: failed ? ExportResultCode.FAILED : ExportResultCode.SUCCESS });
    };
    const call = {
      target: toBinary(GrpcServiceSchema, this.service),
      service: "opentelemetry.proto.collector.trace.v1.TraceService",
      method: "Export",
      initialMetadata: [],
      timeoutMs: this.timeoutMs > 0 ? this.timeoutMs : undefined,
    };
    const opened = grpcCaller(this.context.clusters).open(call, ProtobufTraceSerializer.serializeRequest(spans), {
      onInitialMetadata: () => undefined,
      onMessage: () => undefined,
      onTrailingMetadata: () => undefined,
      onClose: close,
    });
    if (typeof opened === "number") close(opened, "no such cluster");
  }

  async shutdown(): Promise<void> {
    // Its calls have deadlines of their own.
  }
}

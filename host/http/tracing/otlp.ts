import { toBinary } from "@bufbuild/protobuf";
import { SpanKind } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { RandomIdGenerator, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace";
import { type GrpcService, GrpcServiceSchema } from "../../../xds/gen/envoy/config/core/v3/grpc_service_pb.js";
import { OpenTelemetryConfigSchema } from "../../../xds/gen/envoy/config/trace/v3/opentelemetry_pb.js";
import { ConfigError, durationMs, type Extension } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import { grpcCaller } from "../../wasm/index.js";
import type { TracerKind } from "./tracer-kind.js";
import { w3c } from "./w3c.js";

const FIELDS = {
  "envoy.config.trace.v3.OpenTelemetryConfig": ["grpc_service", "service_name"],
  "envoy.config.core.v3.GrpcService": ["envoy_grpc", "timeout"],
  "envoy.config.core.v3.GrpcService.EnvoyGrpc": ["cluster_name", "authority"],
};

/** Envoy's OpenTelemetry tracer. */
export const opentelemetry: TracerKind = {
  typeName: OpenTelemetryConfigSchema.typeName,
  manner: {
    propagation: w3c,
    callerDecides: false,
    nameOf: (direction, authority) => (direction === "egress" ? `egress ${authority}` : direction),
    kindOf: (direction) => (direction === "egress" ? SpanKind.CLIENT : SpanKind.SERVER),
  },
  open(config: Extension, context) {
    const { serviceName, grpcService } = config.decode(OpenTelemetryConfigSchema, FIELDS);
    if (grpcService?.targetSpecifier.case !== "envoyGrpc")
      throw new ConfigError(`${config.path}.grpc_service`, "is required");
    const exporter = new OtlpExporter(context, grpcService, durationMs(grpcService.timeout, 0));
    return { serviceName, exporter, ids: new RandomIdGenerator() };
  },
};

/** Sends spans to a cluster, by OTLP over gRPC. */
class OtlpExporter implements SpanExporter {
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

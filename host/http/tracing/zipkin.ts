import { SpanKind } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { type IdGenerator, RandomIdGenerator, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace";
import {
  ZipkinConfig_CollectorEndpointVersion as Version,
  type ZipkinConfig,
  ZipkinConfigSchema,
} from "../../../xds/gen/envoy/config/trace/v3/zipkin_pb.js";
import { ConfigError } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import { httpCaller } from "../../wasm/index.js";
import { b3 } from "./b3.js";
import type { TracerKind } from "./tracer-kind.js";
import { zipkinSpan } from "./zipkin-span.js";

const FIELDS = {
  "envoy.config.trace.v3.ZipkinConfig": [
    ...["collector_cluster", "collector_endpoint", "collector_hostname", "collector_endpoint_version"],
    ...["trace_id_128bit", "shared_span_context"],
  ],
};

/** As Envoy by default: `tracing.zipkin.request_timeout`. */
const TIMEOUT_MS = 5000;
/** The one answer that is right, in Envoy as well. */
const ACCEPTED = "202";

/** Envoy's Zipkin tracer, its spans in JSON of version 2, each with an id of its own. */
export const zipkin: TracerKind = {
  typeName: ZipkinConfigSchema.typeName,
  manner: {
    propagation: b3,
    callerDecides: true,
    nameOf: (_direction, authority) => authority,
    // A span that is the caller's child counts as a client's, beside the application too.
    kindOf: (direction, child) => (direction === "egress" || child ? SpanKind.CLIENT : SpanKind.SERVER),
  },
  open(extension, context) {
    const config = extension.decode(ZipkinConfigSchema, FIELDS);
    const { path } = extension;
    if (config.collectorCluster === "") throw new ConfigError(`${path}.collector_cluster`, "is required");
    if (config.collectorEndpoint === "") throw new ConfigError(`${path}.collector_endpoint`, "is required");
    if (config.collectorEndpointVersion !== Version.HTTP_JSON)
      throw new ConfigError(`${path}.collector_endpoint_version`, "expected HTTP_JSON");
    if (config.sharedSpanContext !== false) throw new ConfigError(`${path}.shared_span_context`, "expected false");
    const ids = config.traceId128bit ? new RandomIdGenerator() : new ShortIdGenerator();
    return { serviceName: context.node.cluster, exporter: new ZipkinExporter(context, config), ids };
  },
};

/** Traces' ids of 64 bits. */
class ShortIdGenerator implements IdGenerator {
  private readonly random = new RandomIdGenerator();

  generateTraceId(): string {
    return this.generateSpanId().padStart(32, "0");
  }

  generateSpanId(): string {
    return this.random.generateSpanId();
  }
}

/** Posts spans to a cluster. */
class ZipkinExporter implements SpanExporter {
  private readonly headers: readonly [string, string][];

  constructor(
    private readonly context: FactoryContext,
    private readonly config: ZipkinConfig,
  ) {
    this.headers = [
      [":method", "POST"],
      [":path", config.collectorEndpoint],
      [":authority", config.collectorHostname || config.collectorCluster],
      ["content-type", "application/json"],
    ];
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const body = Buffer.from(JSON.stringify(spans.map(zipkinSpan)));
    const cluster = this.config.collectorCluster;
    httpCaller(this.context.clusters).send(
      { cluster, headers: this.headers, body, trailers: [], timeoutMs: TIMEOUT_MS },
      (response) => {
        const status = response?.headers.find(([name]) => name === ":status")?.[1];
        const failed = status !== ACCEPTED;
        if (failed) this.context.logger.warn({ status }, "spans cannot be reported");
        done({ code: failed ? ExportResultCode.FAILED : ExportResultCode.SUCCESS });
      },
    );
  }

  async shutdown(): Promise<void> {
    // Its calls have deadlines of their own.
  }
}

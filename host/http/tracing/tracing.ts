import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { HttpConnectionManager_Tracing as Tracing } from "../../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { ConfigError, openExtension } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import { opentelemetry } from "./otlp.js";
import { type StartSpan, spanStarter } from "./request-span.js";
import { zipkin } from "./zipkin.js";

const KINDS = [opentelemetry, zipkin];

/** As Envoy by default, of either tracer: so many spans go at once, fewer after this time. */
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
  const extension = openExtension(provider, `${path}.provider.typed_config`);
  const kind = KINDS.find(({ typeName }) => typeName === extension.typeName);
  if (kind === undefined) {
    const known = KINDS.map(({ typeName }) => typeName).join(" or ");
    throw new ConfigError(extension.path, `is a ${extension.typeName}, expected ${known}`);
  }
  const { serviceName, exporter, ids } = kind.open(extension, context);
  const tracers = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName }),
    idGenerator: ids,
    sampler: new AlwaysOnSampler(), // what is not sampled never gets here
    spanProcessors: [new BatchSpanProcessor({ exporter, maxExportBatchSize: BATCH, scheduledDelayMillis: FLUSH_MS })],
  });
  context.onDispose(
    () => void tracers.shutdown().catch((err: unknown) => context.logger.warn({ err }, "spans are lost")),
  );
  const tags = { node_id: context.node.id, zone: "" };
  const direction = context.listener.direction === "outbound" ? "egress" : "ingress";
  return spanStarter(tracers.getTracer("envoy"), { ...kind.manner, ids }, direction, tags);
}

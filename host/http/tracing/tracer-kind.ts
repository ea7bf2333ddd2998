import type { IdGenerator, SpanExporter } from "@opentelemetry/sdk-trace";
import type { Extension } from "../../config/index.js";
import type { FactoryContext } from "../../network/index.js";
import type { Manner } from "./request-span.js";

/** One of Envoy's tracers. */
export interface TracerKind {
  /** Of its configuration's message. */
  readonly typeName: string;
  readonly manner: Manner;
  open(config: Extension, context: FactoryContext): OpenTracer;
}

/** What a tracer's configuration says. */
export interface OpenTracer {
  /** Who speaks. */
  readonly serviceName: string;
  /** Where spans go. */
  readonly exporter: SpanExporter;
  /** What traces that begin here, and spans, are called. */
  readonly ids: IdGenerator;
}

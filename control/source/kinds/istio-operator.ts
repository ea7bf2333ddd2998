import { z } from "zod";
import { ignored, port, text } from "./fields.js";

/** Envoy's format: a line of text, or JSON's members by their names. */
const logFormat = z
  .strictObject({ text: text.optional(), labels: z.record(text, z.json()).optional() })
  .refine((forms) => Object.keys(forms).length === 1, "expected exactly one of text, labels");

const names = z.array(text).optional();

/** Where spans go by OTLP. */
const opentelemetry = z.looseObject({ service: text, port });

/** Where they go as Zipkin's JSON. */
const zipkin = z.looseObject({
  service: text,
  port,
  path: text.optional(),
  /** Of traces that begin at a proxy. */
  enable64bitTraceId: z.boolean().optional(),
  traceContextOption: z.literal("USE_B3").optional(),
});

const provider = z.looseObject({
  name: text,
  envoyFileAccessLog: z.strictObject({ path: text, logFormat: logFormat.optional() }).optional(),
  opentelemetry: opentelemetry.optional(),
  zipkin: zipkin.optional(),
});

/**
 * Of Istio's installation, what a Telemetry refers to: the mesh's settings of logs and traces. All else in it is about Istio
 * itself.
 */
export const istioOperator = z.looseObject({
  meshConfig: z
    .looseObject({
      /** Where lines go; empty or missing: nowhere, until a Telemetry says so. */
      accessLogFile: z.string().optional(),
      accessLogFormat: z.string().optional(),
      accessLogEncoding: z.enum(["TEXT", "JSON"]).optional(),
      extensionProviders: z.array(provider).optional(),
      defaultProviders: z.strictObject({ accessLogging: names, tracing: names, metrics: ignored() }).optional(),
    })
    .optional(),
});

export type IstioOperatorSpec = z.infer<typeof istioOperator>;
export type ProviderSpec = z.infer<typeof provider>;
export type LogFormatSpec = z.infer<typeof logFormat>;

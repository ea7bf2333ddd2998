import { z } from "zod";
import { later, refused, targetRefs, text } from "./fields.js";

const NO_WORKLOADS = "expected no selector: files know no workloads, name services in targetRefs";

/** Which proxies: the clients', those beside applications, or both. */
const match = z.strictObject({ mode: z.enum(["CLIENT_AND_SERVER", "CLIENT", "SERVER"]).optional() }).optional();

const providers = z.array(z.strictObject({ name: text })).optional();

const accessLogging = z.strictObject({
  match,
  providers,
  disabled: z.boolean().optional(),
  /** Which requests are written, in CEL as far as model/log-filter.ts reads it. */
  filter: z.strictObject({ expression: text }).optional(),
});

/** A value of a span's tag: exactly one of them. */
const customTag = z
  .strictObject({
    literal: z.strictObject({ value: z.string() }).optional(),
    environment: z.strictObject({ name: text, defaultValue: z.string().optional() }).optional(),
    /** An attribute of the request. */
    header: z.strictObject({ name: text, defaultValue: z.string().optional() }).optional(),
    /** In Envoy's format strings. */
    formatter: z.strictObject({ value: text }).optional(),
  })
  .refine(
    (forms) => Object.values(forms).filter((form) => form !== undefined).length === 1,
    "expected exactly one of literal, environment, header, formatter",
  );

const tracing = z.strictObject({
  match,
  providers,
  /** Of requests that come without a decision of their caller's, in percent. */
  randomSamplingPercentage: z.number().min(0).max(100).optional(),
  /** Requests are passed on with their trace, and nothing is reported of them. */
  disableSpanReporting: z.boolean().optional(),
  customTags: z.record(text, customTag).optional(),
  enableIstioTags: later("spans have the protocol's own tags"),
  useRequestIdForTraceSampling: later("requests have no id of the proxy's to choose them by"),
});

/** Istio's Telemetry: what proxies write, and report, of requests. */
export const telemetry = z.strictObject({
  targetRefs,
  selector: refused(NO_WORKLOADS),
  accessLogging: z.array(accessLogging).optional(),
  tracing: z.array(tracing).optional(),
  metrics: later("every call is counted, with Istio's labels"),
});

export type TelemetrySpec = z.infer<typeof telemetry>;
export type AccessLoggingSpec = z.infer<typeof accessLogging>;
export type TracingSpec = z.infer<typeof tracing>;
export type CustomTagSpec = z.infer<typeof customTag>;

import { type HrTime, SpanKind } from "@opentelemetry/api";
import { hrTimeToMicroseconds } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { short } from "./b3.js";

/** A span as Zipkin's API v2 has it (zipkin2-api.yaml, `Span`), as far as Envoy fills it; times in microseconds. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind: "CLIENT" | "SERVER";
  readonly name: string;
  readonly timestamp: number;
  readonly duration: number;
  readonly localEndpoint: { readonly serviceName: string };
  readonly tags: Readonly<Record<string, string>>;
}

export function zipkinSpan(span: ReadableSpan): ZipkinSpan {
  const { traceId, spanId } = span.spanContext();
  const parentId = span.parentSpanContext?.spanId;
  const tags = Object.entries(span.attributes).map(([name, value]) => [name, String(value)] as const);
  return {
    traceId: short(traceId),
    id: spanId,
    ...(parentId !== undefined && { parentId }),
    kind: span.kind === SpanKind.CLIENT ? "CLIENT" : "SERVER",
    name: span.name,
    timestamp: micros(span.startTime),
    duration: Math.max(1, micros(span.duration)),
    localEndpoint: { serviceName: String(span.resource.attributes["service.name"] ?? "") },
    // Envoy leaves out what is empty.
    tags: Object.fromEntries(tags.filter(([, value]) => value !== "")),
  };
}

function micros(time: HrTime): number {
  return Math.round(hrTimeToMicroseconds(time));
}

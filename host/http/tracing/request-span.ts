import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { TraceState } from "@opentelemetry/core";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace";
import type { HeaderMap } from "../headers/index.js";
import type { FormatContext, RouteTracing } from "../routes/index.js";

/** The span of one request. */
export interface RequestSpan {
  /** Makes it the parent of what the backend does. */
  inject(headers: HeaderMap): void;
  finish(context: FormatContext): void;
}

/** Begins the span of a request; undefined: its headers stay as they are. */
export type StartSpan = (
  headers: HeaderMap,
  route: RouteTracing | undefined,
  random: number,
  startTime: number,
) => RequestSpan | undefined;

// W3C Trace Context, section 3.2: version, trace id, parent id, flags.
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const ids = new RandomIdGenerator();

/** @param tags what spans say of the proxy itself */
export function spanStarter(tracer: Tracer, direction: "egress" | "ingress", tags: Attributes): StartSpan {
  return (headers, route, random, startTime) => {
    const before = headers.get("traceparent");
    const [, version, traceId = "", spanId = "", flags = ""] = TRACEPARENT.exec(before ?? "") ?? [];
    // As Envoy: what cannot be read is left alone.
    if (before !== undefined && (version === undefined || version === "ff")) return undefined;
    const state = headers.joined("tracestate") ?? "";
    const decided = before === undefined || (Number.parseInt(flags, 16) & 1) === 1;
    if (!decided || !isDrawn(headers, route, random)) {
      const unsampled = { traceId: traceId || ids.generateTraceId(), spanId: ids.generateSpanId(), traceFlags: 0 };
      return { inject: (out) => write(out, unsampled, state), finish: () => undefined };
    }
    const parent: Context =
      before === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            ...{ traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true },
            traceState: new TraceState(state),
          });
    const kind = direction === "egress" ? SpanKind.CLIENT : SpanKind.SERVER;
    const name = `${direction} ${headers.get(":authority") ?? ""}`;
    const span = tracer.startSpan(name, { kind, startTime, attributes: tags }, parent);
    return {
      inject: (out) => write(out, span.spanContext(), state),
      finish: (context) => finish(span, context, route),
    };
  };
}

/** Envoy's draw: a caller that decided comes with x-envoy-force-trace. */
function isDrawn(headers: HeaderMap, route: RouteTracing | undefined, random: number): boolean {
  if (route === undefined) return true;
  return (headers.has("x-envoy-force-trace") || route.random(random)) && route.overall(random);
}

function write(
  headers: HeaderMap,
  { traceId, spanId, traceFlags }: { traceId: string; spanId: string; traceFlags: number },
  state: string,
): void {
  headers.set("traceparent", `00-${traceId}-${spanId}-0${traceFlags}`);
  headers.set("tracestate", state);
}

function finish(span: Span, context: FormatContext, route: RouteTracing | undefined): void {
  const { info, requestHeaders: headers, responseCode, remoteAddress, protocol } = context;
  const failed = responseCode === undefined || responseCode >= 500;
  const id = headers.get("x-request-id");
  span.setAttributes({
    ...(id !== undefined && { "guid:x-request-id": id }),
    "http.url": `${headers.get("x-forwarded-proto") ?? "http"}://${headers.get(":authority") ?? ""}${headers.get(":path") ?? ""}`,
    "http.method": headers.get(":method") ?? "",
    downstream_cluster: headers.get("x-envoy-downstream-service-cluster") ?? "-",
    user_agent: headers.get("user-agent") ?? "-",
    "http.protocol": protocol,
    "peer.address": remoteAddress.slice(0, remoteAddress.lastIndexOf(":")),
    request_size: String(info.bytesReceived ?? 0),
    response_size: String(info.bytesSent ?? 0),
    component: "proxy",
    ...(info.upstreamCluster !== undefined && {
      upstream_cluster: info.upstreamCluster,
      "upstream_cluster.name": info.upstreamCluster,
    }),
    "http.status_code": String(responseCode ?? 0),
    response_flags: info.responseFlags.size === 0 ? "-" : [...info.responseFlags].join(","),
    ...(failed && { error: "true" }),
  });
  for (const { name, value } of route?.tags ?? []) {
    const text = value(context);
    if (text !== "") span.setAttribute(name, text);
  }
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

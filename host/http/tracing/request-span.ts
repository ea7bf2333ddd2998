import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { IdGenerator } from "@opentelemetry/sdk-trace";
import type { HeaderMap } from "../headers/index.js";
import type { FormatContext, RouteTracing } from "../routes/index.js";
import type { Propagation } from "./propagation.js";

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

/** How one of Envoy's tracers makes spans. */
export interface Manner {
  readonly propagation: Propagation;
  /** Whether a caller's yes stands against the draw, which asks for `x-envoy-force-trace`; its no always does. */
  readonly callerDecides: boolean;
  nameOf(direction: Direction, authority: string): string;
  /** `child`: of the caller's span. */
  kindOf(direction: Direction, child: boolean): SpanKind;
}

/** Of the requests of a listener, seen from the application: `egress` are its own. */
export type Direction = "egress" | "ingress";

/** @param tags what spans say of the proxy itself */
export function spanStarter(
  tracer: Tracer,
  manner: Manner & { readonly ids: IdGenerator },
  direction: Direction,
  tags: Attributes,
): StartSpan {
  const { propagation, ids } = manner;
  return (headers, route, random, startTime) => {
    const inherited = propagation.extract(headers);
    // As Envoy: what cannot be read is left alone.
    if (inherited === undefined) return undefined;
    const { parent, sampled } = inherited;
    const forced = manner.callerDecides && sampled === true;
    if (sampled === false || !isDrawn(headers, route, random, forced)) {
      const traceId = parent?.traceId ?? ids.generateTraceId();
      const unsampled = { traceId, spanId: ids.generateSpanId(), traceFlags: TraceFlags.NONE };
      return { inject: (out) => propagation.inject(out, unsampled, inherited), finish: () => undefined };
    }
    const context =
      parent === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: TraceFlags.SAMPLED });
    const kind = manner.kindOf(direction, parent !== undefined);
    const name = manner.nameOf(direction, headers.get(":authority") ?? "");
    const span = tracer.startSpan(name, { kind, startTime, attributes: tags }, context);
    return {
      inject: (out) => propagation.inject(out, span.spanContext(), inherited),
      finish: (details) => finish(span, details, route),
    };
  };
}

/** Envoy's draw; a request with `x-envoy-force-trace` is drawn. */
function isDrawn(headers: HeaderMap, route: RouteTracing | undefined, random: number, forced: boolean): boolean {
  if (route === undefined) return true;
  return (forced || headers.has("x-envoy-force-trace") || route.random(random)) && route.overall(random);
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

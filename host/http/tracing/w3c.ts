import { TraceFlags } from "@opentelemetry/api";
import { TraceState } from "@opentelemetry/core";
import type { Propagation } from "./propagation.js";

// W3C Trace Context, section 3.2: version, trace id, parent id, flags.
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** W3C Trace Context, as Envoy's OpenTelemetry tracer has it. */
export const w3c: Propagation = {
  extract(headers) {
    const text = headers.get("traceparent");
    if (text === undefined) return {};
    const [, version, traceId = "", spanId = "", flags = ""] = TRACEPARENT.exec(text) ?? [];
    if (version === undefined || version === "ff") return undefined;
    const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
    const traceState = new TraceState(headers.joined("tracestate") ?? "");
    return {
      parent: { traceId, spanId, traceFlags, traceState, isRemote: true },
      sampled: traceFlags === TraceFlags.SAMPLED,
    };
  },

  inject(headers, { traceId, spanId, traceFlags }) {
    const state = headers.joined("tracestate") ?? "";
    headers.set("traceparent", `00-${traceId}-${spanId}-0${traceFlags}`);
    headers.set("tracestate", state);
  },
};

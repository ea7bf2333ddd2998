import { type SpanContext, TraceFlags } from "@opentelemetry/api";
import type { HeaderMap } from "../headers/index.js";
import type { Inherited, Propagation } from "./propagation.js";

// B3 in one header: {trace id, of 32 or 16 digits}-{span id}-{sampled}-{parent's id}, of which the last two may be missing;
// or the decision alone (github.com/openzipkin/b3-propagation, "Single Header").
const SINGLE =
  /^(?<trace>[0-9a-f]{16}(?:[0-9a-f]{16})?)-(?<span>[0-9a-f]{16})(?:-(?<sampled>[01d])(?:-[0-9a-f]{16})?)?$/i;
const DECISION = /^[01d]$/;
const TRACE_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{1,16})$/i;
const SPAN_ID = /^[0-9a-f]{1,16}$/i;

/**
 * B3, as Envoy's Zipkin tracer has it: it reads the one header or else the many, and writes what it read. A decision that
 * comes without ids holds for the trace that begins here.
 */
export const b3: Propagation = {
  extract(headers) {
    const single = headers.get("b3");
    return single === undefined ? fromMany(headers) : fromSingle(single);
  },

  inject(headers, { traceId, spanId, traceFlags }, { parent }) {
    if (headers.has("b3")) {
      const all = [short(traceId), spanId, traceFlags, ...(parent === undefined ? [] : [parent.spanId])];
      return headers.set("b3", all.join("-"));
    }
    headers.set("x-b3-traceid", short(traceId));
    headers.set("x-b3-spanid", spanId);
    if (parent !== undefined) headers.set("x-b3-parentspanid", parent.spanId);
    headers.set("x-b3-sampled", String(traceFlags));
  },
};

/** A trace's id of 64 bits stays one, from hop to hop. */
export function short(traceId: string): string {
  return traceId.replace(/^0{16}/, "");
}

function fromSingle(text: string): Inherited | undefined {
  if (DECISION.test(text)) return { sampled: text !== "0" };
  const { trace, span, sampled } = SINGLE.exec(text)?.groups ?? {};
  if (trace === undefined || span === undefined) return undefined;
  return inherited(trace, span, sampled === undefined ? undefined : sampled !== "0");
}

function fromMany(headers: HeaderMap): Inherited | undefined {
  const decision = headers.get("x-b3-sampled");
  const sampled = decision === undefined ? undefined : decision === "1" || decision === "true";
  const trace = headers.get("x-b3-traceid");
  const span = headers.get("x-b3-spanid");
  if (trace === undefined || span === undefined) return sampled === undefined ? {} : { sampled };
  const parent = headers.get("x-b3-parentspanid") ?? "";
  if (!TRACE_ID.test(trace) || !SPAN_ID.test(span) || (parent !== "" && !SPAN_ID.test(parent))) return undefined;
  return inherited(trace, span, sampled);
}

function inherited(trace: string, span: string, sampled: boolean | undefined): Inherited {
  const parent: SpanContext = {
    traceId: trace.toLowerCase().padStart(32, "0"),
    spanId: span.toLowerCase().padStart(16, "0"),
    traceFlags: sampled === true ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
  return sampled === undefined ? { parent } : { parent, sampled };
}

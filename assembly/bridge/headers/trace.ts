import { Slice } from "../../bytes";
import { hexValue } from "../../attributes";
import { AttributeForms } from "./forms";

/** What the proxy's tracer does with a service's requests. */
export enum Trace {
  /** There is none. */
  None,
  /** It writes its own headers over the caller's, in vain: backends get the caller's. */
  Pass,
  /** Backends get its headers. */
  On,
}

// W3C Trace Context, which OpenTelemetry's tracer writes.
const TRACEPARENT = Slice.fixed("traceparent");
export const TRACESTATE = Slice.fixed("tracestate");
// B3, which Zipkin's writes: all in one where the caller had it so.
const B3 = Slice.fixed("b3");
const B3_TRACE_ID = Slice.fixed("x-b3-traceid");
const B3_SPAN_ID = Slice.fixed("x-b3-spanid");
const B3_PARENT_ID = Slice.fixed("x-b3-parentspanid");
const B3_SAMPLED = Slice.fixed("x-b3-sampled");

/** Is this a header that tracers write? */
export function isTraceHeader(name: Slice): bool {
  switch (name.length) {
    case 2:
      return name.equals(B3);
    case 10:
      return name.equals(TRACESTATE);
    case 11:
      return name.equals(TRACEPARENT) || name.equals(B3_SPAN_ID);
    case 12:
      return name.equals(B3_TRACE_ID) || name.equals(B3_SAMPLED);
    case 17:
      return name.equals(B3_PARENT_ID);
    default:
      return false;
  }
}

// Where the flags' last digit stands: version, trace id, parent id and flags are of 2, 32, 16 and 2 digits
// (W3C Trace Context, section 3.2).
const FLAGS_END: i32 = 54;

/** Did the caller decide that the request is traced? */
export function isSampled(forms: AttributeForms): bool {
  const place = forms.find(TRACEPARENT);
  if (place < 0) return false;
  const value = forms.valueAt(place);
  if (value.length <= FLAGS_END) return false;
  const digit = hexValue(value.at(FLAGS_END));
  return digit >= 0 && (digit & 1) != 0;
}

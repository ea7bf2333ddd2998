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

// W3C Trace Context. Callers' B3 headers are attributes like any other.
const TRACEPARENT = Slice.fixed("traceparent");
export const TRACESTATE = Slice.fixed("tracestate");

/** Is this a header that tracers write? */
export function isTraceHeader(name: Slice): bool {
  if (name.length == TRACEPARENT.length) return name.equals(TRACEPARENT);
  return name.length == TRACESTATE.length && name.equals(TRACESTATE);
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

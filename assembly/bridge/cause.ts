import { Slice } from "../bytes";
import { Cause } from "../codec";

/** What an answer of Envoy's own means to the caller, by its status. */
export function causeOf(status: i32): Cause {
  if (status == 404) return Cause.NoRoute;
  if (status == 401 || status == 403) return Cause.Denied;
  if (status == 429) return Cause.Limited;
  if (status == 413) return Cause.TooLarge;
  if (status == 408 || status == 504) return Cause.Timeout;
  if (status == 502 || status == 503) return Cause.Unavailable;
  return Cause.Fault;
}

const NO_ROUTE = Slice.fixed("no route matches");
const UNAVAILABLE = Slice.fixed("no backend is available");
const TIMEOUT = Slice.fixed("the backend did not answer in time");
const DENIED = Slice.fixed("access denied");
const LIMITED = Slice.fixed("too many requests");
const TOO_LARGE = Slice.fixed("the frame is too large");
const UNREADABLE = Slice.fixed("the proxy cannot read this request");
const FAULT = Slice.fixed("the proxy answered in the backend's place");

/** Words for a cause, where Envoy gave none. */
export function wordsOf(cause: Cause): Slice {
  if (cause == Cause.NoRoute) return NO_ROUTE;
  if (cause == Cause.Unavailable) return UNAVAILABLE;
  if (cause == Cause.Timeout) return TIMEOUT;
  if (cause == Cause.Denied) return DENIED;
  if (cause == Cause.Limited) return LIMITED;
  if (cause == Cause.TooLarge) return TOO_LARGE;
  return cause == Cause.Unreadable ? UNREADABLE : FAULT;
}

import { Cause } from "../codec";

export { wordsOf } from "../codec";

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

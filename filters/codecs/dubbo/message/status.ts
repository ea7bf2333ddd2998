import { Cause, Failure, Outcome, Slice } from "meltemi/assembly";

/** How an answer's status looks to retries, outlier detection and metrics; the table is in the README. */
export function outcomeOf(status: i32): Outcome {
  switch (status) {
    case 20:
      return Outcome.Ok;
    case 30:
    case 31:
      return Outcome.Timeout;
    case 40:
    case 60:
    case 90:
      return Outcome.ClientError;
    default:
      return Outcome.ServerError;
  }
}

/** The status of a local reply. All of these are in every Dubbo, and in Envoy's own Dubbo codec. */
export function statusFor(why: Failure): i32 {
  switch (why.cause) {
    case Cause.NoRoute:
      return 60;
    case Cause.Timeout:
      return 31;
    case Cause.Denied:
    case Cause.TooLarge:
    case Cause.Unreadable:
      return 40;
    case Cause.Limited:
      return 100;
    case Cause.Unavailable:
      return 80;
    default:
      return why.status >= 400 && why.status < 500 ? 40 : 70;
  }
}

const NO_ROUTE = Slice.fixed("meltemi: no route for this request");
const UNAVAILABLE = Slice.fixed("meltemi: no provider to be reached");
const TIMEOUT = Slice.fixed("meltemi: no answer in time");
const DENIED = Slice.fixed("meltemi: access denied");
const LIMITED = Slice.fixed("meltemi: too many requests");
const TOO_LARGE = Slice.fixed("meltemi: request too large");
const FAULT = Slice.fixed("meltemi: request failed in the proxy");

/** What a Dubbo client shows its user. */
export function reasonFor(cause: Cause): Slice {
  switch (cause) {
    case Cause.NoRoute:
      return NO_ROUTE;
    case Cause.Unavailable:
      return UNAVAILABLE;
    case Cause.Timeout:
      return TIMEOUT;
    case Cause.Denied:
      return DENIED;
    case Cause.Limited:
      return LIMITED;
    case Cause.TooLarge:
      return TOO_LARGE;
    default:
      return FAULT;
  }
}

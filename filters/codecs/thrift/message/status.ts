import { Cause, Outcome, Slice } from "meltemi/assembly";

const UNKNOWN_METHOD: i32 = 1;
const INTERNAL_ERROR: i32 = 6;
const PROTOCOL_ERROR: i32 = 7;
const TIMEOUT: i32 = 12;

/** How a TApplicationException looks to retries, outlier detection and metrics; the table is in the README. */
export function outcomeOf(type: i32): Outcome {
  switch (type) {
    case UNKNOWN_METHOD:
    case 2: // invalid message type
    case 3: // wrong method name
    case PROTOCOL_ERROR:
    case 8: // invalid transform
    case 9: // invalid protocol
    case 10: // unsupported client type
      return Outcome.ClientError;
    case TIMEOUT:
      return Outcome.Timeout;
    default:
      return Outcome.ServerError;
  }
}

/** The type of a local reply; every one is in Apache's own enum, so that all clients know its name. */
export function typeFor(cause: Cause): i32 {
  if (cause == Cause.NoRoute) return UNKNOWN_METHOD;
  return cause == Cause.TooLarge || cause == Cause.Unreadable ? PROTOCOL_ERROR : INTERNAL_ERROR;
}

const NO_ROUTE = Slice.fixed("meltemi: no route for this request");
const UNAVAILABLE = Slice.fixed("meltemi: no server to be reached");
const NO_ANSWER = Slice.fixed("meltemi: no answer in time");
const DENIED = Slice.fixed("meltemi: access denied");
const LIMITED = Slice.fixed("meltemi: too many requests");
const TOO_LARGE = Slice.fixed("meltemi: request too large");
const FAULT = Slice.fixed("meltemi: request failed in the proxy");

/** What a Thrift client shows its user. */
export function reasonFor(cause: Cause): Slice {
  switch (cause) {
    case Cause.NoRoute:
      return NO_ROUTE;
    case Cause.Unavailable:
      return UNAVAILABLE;
    case Cause.Timeout:
      return NO_ANSWER;
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

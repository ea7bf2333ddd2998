import { Cause, Failure, Outcome } from "meltemi/assembly";

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

/** The type of a local reply: what a rule asks for; else every one is in Apache's own enum, so that all clients know its name. */
export function typeFor(why: Failure): i32 {
  if (why.code >= 0) return why.code;
  const cause = why.cause;
  if (cause == Cause.NoRoute) return UNKNOWN_METHOD;
  return cause == Cause.TooLarge || cause == Cause.Unreadable ? PROTOCOL_ERROR : INTERNAL_ERROR;
}

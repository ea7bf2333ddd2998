import { Cause, Failure, Outcome } from "meltemi/assembly";
import { OK } from "./header";

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

/**
 * The status of a local reply: what a rule asks for, if it is one that stands for a failure; else one of those that are in
 * every Dubbo, and in Envoy's own Dubbo codec.
 */
export function statusFor(why: Failure): i32 {
  if (why.hasCode(0xff) && why.code != OK) return why.code;
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

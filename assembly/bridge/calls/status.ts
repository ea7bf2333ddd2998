import { Outcome } from "../../codec";

/** How a call ended, as figures have it; the worse ones come later, so that parts of a call can be compared. */
export enum CallStatus {
  Success,
  /** The application's own error: an answer like any other. */
  BusinessError,
  /** A backend's failure. */
  Failure,
  /** The proxy answered in a backend's place. */
  Proxy,
  /** No answer is due. */
  OneWay,
}

const NAMES: StaticArray<string> = ["success", "business_error", "failure", "proxy", "one_way"];

export function nameOf(status: CallStatus): string {
  return NAMES[status];
}

/** What a codec says of a backend's answer. */
export function callStatusOf(outcome: Outcome): CallStatus {
  if (outcome == Outcome.Ok) return CallStatus.Success;
  return outcome == Outcome.BusinessError ? CallStatus.BusinessError : CallStatus.Failure;
}

/** The same from an answer of the other codec, as its headers have it (`../headers`). */
export function callStatusBy(status: i32, business: bool): CallStatus {
  if (status >= 400) return CallStatus.Failure;
  return business ? CallStatus.BusinessError : CallStatus.Success;
}

import { Outcome } from "../../codec";

/** How a call ended, as figures have it; the worse ones come later, so that parts of a call can be compared. */
export enum CallStatus {
  Ok,
  BusinessError,
  ClientError,
  ServerError,
  Timeout,
  /** The proxy answered in a backend's place. */
  Local,
  /** No answer is due. */
  OneWay,
}

const NAMES: StaticArray<string> = [
  "ok",
  "business_error",
  "client_error",
  "server_error",
  "timeout",
  "local",
  "one_way",
];

export const STATUSES: i32 = 7;

export function nameOf(status: CallStatus): string {
  return NAMES[status];
}

/** What a codec says of a backend's answer. */
export function callStatusOf(outcome: Outcome): CallStatus {
  if (outcome == Outcome.Ok) return CallStatus.Ok;
  if (outcome == Outcome.BusinessError) return CallStatus.BusinessError;
  if (outcome == Outcome.ClientError) return CallStatus.ClientError;
  return outcome == Outcome.Timeout ? CallStatus.Timeout : CallStatus.ServerError;
}

/** The same from an answer of the other codec, as its headers have it (`../headers`). */
export function callStatusBy(status: i32, business: bool): CallStatus {
  if (status == 504) return CallStatus.Timeout;
  if (status >= 500) return CallStatus.ServerError;
  if (status >= 400) return CallStatus.ClientError;
  return business ? CallStatus.BusinessError : CallStatus.Ok;
}

import { Cause, Outcome, Slice } from "meltemi/assembly";
import { words } from "./commands";

// Errors that say that the server, not the command, is at fault: what outlier detection is to see.
const OUTAGES = words("LOADING BUSY MASTERDOWN CLUSTERDOWN READONLY OOM TRYAGAIN MISCONF NOREPLICAS UNAVAILABLE");
const MAX_CODE: i32 = 24;
const TIMEOUT = Slice.fixed("TIMEOUT");

/** The first word of an error, which is its code. */
export function errorCode(answer: Slice): Slice {
  let start = 1;
  // RESP3's bulk error has its length first.
  if (answer.length > 0 && answer.at(0) == 0x21) {
    while (start < answer.length && answer.at(start - 1) != 0x0a) start++;
  }
  let end = start;
  while (end < answer.length && answer.at(end) >= 0x41 && answer.at(end) <= 0x5a) end++;
  return Slice.view(answer.ptr + <usize>min(start, answer.length), max(0, end - start));
}

export function outcomeOf(code: Slice): Outcome {
  for (let i = 0; i < OUTAGES.length; i++) if (unchecked(OUTAGES[i]).equals(code)) return Outcome.ServerError;
  return code.equals(TIMEOUT) ? Outcome.Timeout : Outcome.ClientError;
}

/** Is this a word that an error may begin with? */
export function isCode(text: Slice): bool {
  for (let i = 0; i < text.length; i++) if (text.at(i) < 0x41 || text.at(i) > 0x5a) return false;
  return text.length > 0 && text.length <= MAX_CODE;
}

/** The code of the proxy's own errors. */
export function codeOf(cause: Cause): Slice {
  if (cause == Cause.Denied) return NOPERM;
  if (cause == Cause.Timeout) return TIMEOUT;
  return cause == Cause.Unavailable ? UNAVAILABLE : ERR;
}

const NOPERM = Slice.fixed("NOPERM");
const UNAVAILABLE = Slice.fixed("UNAVAILABLE");
const ERR = Slice.fixed("ERR");

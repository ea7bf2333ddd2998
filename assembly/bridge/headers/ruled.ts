import { Failure } from "../../codec";
import { HeaderList } from "../hpack";
import { CODE, EXCEPTION, FAULT } from "./names";

/** Did a filter answer in words that a rule asks for? An attribute never has such a header's name, so no peer says it. */
export function isRuled(headers: HeaderList): bool {
  for (let i = 0; i < headers.length; i++) {
    if (headers.nameAt(i).equals(FAULT)) return true;
  }
  return false;
}

/** What the rule asks for; views of the list. */
export function readRuled(headers: HeaderList, failure: Failure): void {
  failure.ruled = isRuled(headers);
  if (!failure.ruled) return;
  for (let i = 0; i < headers.length; i++) {
    const name = headers.nameAt(i);
    if (name.equals(CODE)) failure.code = headers.valueAt(i).decimal();
    else if (name.equals(EXCEPTION)) failure.exception = headers.valueAt(i);
  }
}

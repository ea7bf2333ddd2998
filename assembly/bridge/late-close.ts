import { StreamType } from "../abi";
import { closeStream, setEffectiveContext, setTickPeriod } from "../hostcalls";

// A filter that closes its connection in a callback also keeps back what the callback wrote. So a connection that is to
// close after its last bytes is closed at the plugin's next tick.
export const TICK_MS: u32 = 10;
const waiting: Array<i32> = [];
let young: i32 = 0;

/** Closes the connection of this context soon, its last bytes sent. */
export function closeLater(contextId: i32): void {
  if (waiting.length == 0) setTickPeriod(TICK_MS);
  waiting.push(contextId);
  young++;
}

/** The connection of this context is gone. */
export function forgetClose(contextId: i32): void {
  const index = waiting.indexOf(contextId);
  if (index < 0) return;
  waiting.splice(index, 1);
  young = min(young, waiting.length);
}

/** For the plugin's tick: closes what has waited through a whole one. False: nothing waits any more. */
export function closeDue(): bool {
  const due = waiting.splice(0, waiting.length - young);
  young = 0;
  for (let i = 0; i < due.length; i++) {
    setEffectiveContext(due[i]);
    closeStream(StreamType.Downstream);
  }
  return waiting.length > 0;
}

import { setTickPeriod } from "../hostcalls";

// A client that cannot be told to go elsewhere is left in a quiet moment: nothing is under way and nothing has been for a
// while. Closed right behind its last answer, it would send its next request into the close.
const TICK_MS: u32 = 10;
export const QUIET_TICKS: i32 = 10;

/** A connection that is to end in a quiet moment. */
export interface Leaving {
  /** One more tick has gone by. True: it has closed. */
  leave(): bool;
}

const leaving: Array<Leaving> = [];

/** From now on the connection is asked at each tick; called in a callback of its own. */
export function closeWhenQuiet(connection: Leaving): void {
  setTickPeriod(TICK_MS);
  leaving.push(connection);
}

/** The connection is gone. */
export function forgetLeaving(connection: Leaving): void {
  const index = leaving.indexOf(connection);
  if (index >= 0) leaving.splice(index, 1);
}

/** For the plugin's tick. True: there are more to wait for. */
export function closeQuiet(): bool {
  for (let i = leaving.length - 1; i >= 0; i--) if (leaving[i].leave()) leaving.splice(i, 1);
  return leaving.length > 0;
}

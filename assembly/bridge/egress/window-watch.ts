import { currentTimeNanoseconds } from "../../hostcalls";
import { Debts } from "./debts";

/**
 * The connection's window may be used up for so long; then clients that do not read hold all of it. Short answers have their
 * reserve meanwhile, so only long ones wait; a machine that is merely busy gets its chance.
 */
const STUCK_NANOSECONDS: u64 = 500000000;

/** What `WindowWatch.look` found. */
export enum Window {
  Open,
  /** Used up, but not for long: look again soon. */
  Full,
  /** Used up for so long that it will stay so. */
  Stuck,
}

/** Sees when answers that clients do not read have taken up a connection's whole window. */
export class WindowWatch {
  private fullSince: u64 = 0;

  look(debts: Debts): Window {
    if (!debts.any || !debts.exhausted) {
      this.fullSince = 0;
      return Window.Open;
    }
    const now = currentTimeNanoseconds();
    if (this.fullSince == 0) this.fullSince = now;
    return now - this.fullSince < STUCK_NANOSECONDS ? Window.Full : Window.Stuck;
  }
}

import { RootContext } from "../../contexts";
import { newMoment } from "../clock";
import { onLater } from "../later";
import { reportEnded, sendReports } from "./outbox";

/** A codec's root: its tick sends what taps report, and serves connections that wait for a turn. */
export abstract class ReportingRoot extends RootContext {
  onTick(): void {
    newMoment();
    this.wake();
    sendReports();
    onLater(this.id);
  }

  /** What else is due at a tick. */
  protected wake(): void {}

  onGrpcReceive(token: u32, size: i32): void {
    reportEnded(token);
  }

  onGrpcClose(token: u32, status: u32): void {
    reportEnded(token);
  }
}

import { KeptFrame } from "../buffers";

/** A request under way that is counted when it ends. */
@unmanaged
export class Call extends KeptFrame {
  /** What it asks for, by number; -1: it is not counted by itself. */
  operation: i32;
  /** In milliseconds since 1970. */
  startedAt: i64;
  /** Of the whole frame. */
  requestBytes: i32;

  protected clearCall(): void {
    this.clearKept();
    this.operation = -1;
  }
}

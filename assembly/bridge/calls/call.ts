import { KeptFrame } from "../buffers";

/** A request under way that is counted when it ends. */
@unmanaged
export class Call extends KeptFrame {
  /** The figures that it counts in; -1: it is not counted by itself. */
  series: i32;
  /** In milliseconds since 1970. */
  startedAt: i64;

  protected clearCall(): void {
    this.clearKept();
    this.series = -1;
  }
}

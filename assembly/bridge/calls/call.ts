import { Slice } from "../../bytes";
import { Frame } from "../../codec";
import { KeptFrame } from "../buffers";
import { discard, keep } from "../tap";

/** A request under way that is counted when it ends. */
@unmanaged
export class Call extends KeptFrame {
  /** What it asks for, by number; -1: it is not counted by itself. */
  operation: i32;
  /** Of the backend that answered, by number; zero: nobody said it. */
  version: i32;
  /** In milliseconds since 1970. */
  startedAt: i64;
  /** Of the whole frame. */
  requestBytes: i32;
  /** For a record of it, where somebody watches; else zero: what it asks, and where it went (`../tap`). */
  asked: usize;
  where: usize;

  protected clearCall(frame: Frame): void {
    this.clearKept();
    this.requestBytes = frame.bytes.length;
    this.operation = -1;
    this.version = 0;
    this.asked = 0;
    this.where = 0;
  }

  /** The backend that it went to, which the proxy says only on some answers; of a call that is watched (`asked`). */
  wentTo(backend: Slice | null): void {
    if (this.where == 0 && backend != null) this.where = keep(backend);
  }

  forgetAsked(): void {
    discard(this.asked);
    discard(this.where);
    this.asked = 0;
    this.where = 0;
  }

  protected freeCall(): void {
    this.forgetAsked();
    this.freeKept();
  }
}

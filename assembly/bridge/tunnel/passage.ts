import { arenaTake, Reader, Slice } from "../../bytes";
import { Frame, Peer, Scan, SessionCodec } from "../../codec";
import { Carry } from "../buffers";

/** What becomes of a message's bytes. */
export enum Verdict {
  Pass,
  Skip,
  /** Nothing that follows is of any interest. */
  Stop,
}

/** The two ends of a passage. */
export interface Side {
  /** Decides on a message, of which `frame.bytes` has the beginning. */
  judge(frame: Frame): Verdict;
  /** Writes what takes the place of a message that `judge` had skipped. */
  emitInstead(): void;
  /** Takes bytes that pass. */
  emit(ptr: usize, length: i32): void;
}

// A message is held back for no more than this. Together with the listener's buffer it has to fit HCM's window.
const MAX_KEPT: u64 = 262144;
// A codec that does not know a message's length from this much is not in step with it.
const MAX_HEAD: i32 = 65536;

const frame = new Frame();

/** One direction of a session: its bytes pass, and of each message the codec is shown the beginning. */
export class Passage {
  /** Everything passes, and the codec is shown nothing. */
  opaque: bool = false;
  private carry: Carry = new Carry();
  private reader: Reader = new Reader();
  /** What is still to come of a message whose fate is decided. */
  private rest: u64 = 0;
  private skipping: bool = false;
  private stopped: bool = false;
  /** With fewer bytes than this there is nothing new to see. */
  private needed: i32 = 0;

  /** @param codec null: everything passes */
  constructor(
    private codec: SessionCodec | null,
    private from: Peer,
  ) {
    this.opaque = codec == null;
  }

  /** Is everything that came gone, down to the end of a message? */
  get atBoundary(): bool {
    return this.rest == 0 && this.carry.length == 0;
  }

  /** Does the next byte begin a message that the codec was not shown? */
  get betweenMessages(): bool {
    return this.rest == 0;
  }

  /** Gives up what waits for more of its message; good until the callback returns. */
  takeRest(): Slice {
    const waiting = this.carry.join(Slice.empty());
    const rest = Slice.view(arenaTake(<usize>waiting.length), waiting.length);
    memory.copy(rest.ptr, waiting.ptr, <usize>rest.length);
    this.carry.keep(waiting, waiting.length, 0);
    this.needed = 0;
    return rest;
  }

  /** Takes the next bytes. False: they are not this protocol. */
  run(input: Slice, side: Side): bool {
    if (this.stopped) return true;
    const all = this.carry.join(input);
    if (!this.carry.enough(all)) {
      this.carry.keep(all, 0, this.needed);
      return true;
    }
    this.needed = 0;
    let good = true;
    let at = all.ptr;
    // Bytes that pass are handed on in runs, not message by message.
    let passed = at;
    while (at < all.end && !this.stopped) {
      const here = <i32>(all.end - at);
      if (this.opaque) {
        at = all.end;
        break;
      }
      if (this.rest > 0) {
        const part = <i32>min(this.rest, <u64>here);
        this.rest -= <u64>part;
        at += <usize>part;
        if (this.skipping) passed = at;
        continue;
      }
      frame.clear();
      frame.from = this.from;
      const scan = this.codec!.scan(this.reader.reset(at, here), frame);
      if (scan == Scan.More && here < MAX_HEAD) break;
      if (scan != Scan.Frame || frame.length == 0 || <u64>max(frame.head, 0) > frame.length) {
        good = false;
        break;
      }
      const wanted = <i32>min(min(<u64>max(max(frame.keep, frame.head), 1), frame.length), MAX_KEPT);
      if (here < wanted) {
        this.needed = wanted;
        break;
      }
      frame.bytes = Slice.view(at, wanted);
      this.rest = frame.length;
      const verdict = side.judge(frame);
      this.skipping = verdict != Verdict.Pass;
      this.stopped = verdict == Verdict.Stop;
      if (!this.skipping) continue;
      if (at > passed) side.emit(passed, <i32>(at - passed));
      passed = at;
      side.emitInstead();
    }
    if (at > passed) side.emit(passed, <i32>(at - passed));
    if (!good) this.stopped = true;
    this.carry.keep(all, this.stopped ? all.length : <i32>(at - all.ptr), this.needed);
    return good;
  }

  free(): void {
    this.carry.free();
  }
}

import { arenaTake, Reader, Slice } from "../../bytes";
import { Codec, Frame, Peer, Scan } from "../../codec";
import { Carry } from "./carry";

/** What `FrameInput.next` found. */
export enum Input {
  /** Nothing more in these bytes. */
  More,
  /** A whole frame, in `frame.bytes`. */
  Frame,
  /** A frame that declares more than the limit: its first bytes are in `frame.bytes`, the rest is skipped unbuffered. */
  TooLarge,
  /** No frame of this protocol. */
  Bad,
}

// A frame's leading bytes that a local reply may ask for (Frame.keep).
const MAX_KEPT: i32 = 1024;

/** Cuts a byte stream into a codec's frames. Memory is taken for bytes that came, never for bytes that were declared. */
export class FrameInput {
  private carry: Carry = new Carry();
  private reader: Reader = new Reader();
  private all: Slice = Slice.empty();
  private done: i32 = 0;
  private needed: i32 = 0;
  private skipping: u64 = 0;
  /** Bytes of the waiting frame that the codec has been shown (Frame.seen). */
  private seen: i32 = 0;

  constructor(
    private codec: Codec,
    private from: Peer,
  ) {}

  /** Starts on the bytes of a callback. */
  open(input: Slice): void {
    if (this.skipping > 0) input = this.skip(input);
    this.all = this.carry.join(input);
    this.done = 0;
    this.needed = 0;
  }

  /** The next thing in the input. */
  next(frame: Frame, maxBytes: u64): Input {
    const length = this.all.length - this.done;
    if (length == 0 || (this.done == 0 && !this.carry.enough(this.all))) return Input.More;
    const ptr = this.all.ptr + <usize>this.done;
    frame.clear();
    frame.from = this.from;
    frame.seen = this.seen;
    this.seen = 0;
    const scan = this.codec.scan(this.reader.reset(ptr, length), frame);
    if (scan == Scan.More) {
      this.needed = 0;
      this.seen = length;
      // A head is short; a codec that still asks for more is not in step with these bytes.
      return <u64>length > maxBytes ? Input.Bad : Input.More;
    }
    if (scan != Scan.Frame || frame.length == 0 || <u64>max(frame.head, 0) > frame.length) return Input.Bad;
    const keep = min(keptOf(frame), frame.length);
    if (frame.length > maxBytes) return this.tooLarge(frame, ptr, length, <i32>keep);
    if (<u64>length < frame.length) {
      this.needed = <i32>frame.length;
      return Input.More;
    }
    frame.bytes = Slice.view(ptr, <i32>frame.length);
    this.done += <i32>frame.length;
    return Input.Frame;
  }

  /** Bytes of this callback, and of what waited for it, that are not cut yet. */
  get left(): i32 {
    return this.all.length - this.done;
  }

  /** Puts the frame back that `next` has just given: it will be given again, scanned anew. */
  putBack(frame: Frame): void {
    this.done -= frame.bytes.length;
  }

  /** Gives up all that waits, which is no longer to be cut into frames; good until the callback returns. */
  takeRest(): Slice {
    const waiting = this.carry.join(Slice.empty());
    const rest = Slice.view(arenaTake(<usize>waiting.length), waiting.length);
    memory.copy(rest.ptr, waiting.ptr, <usize>rest.length);
    this.carry.keep(waiting, waiting.length, 0);
    this.seen = 0;
    return rest;
  }

  /** Ends the callback: the rest waits. */
  close(): void {
    // `needed` counts from the first byte that waits.
    this.carry.keep(this.all, this.done, this.needed);
    this.all = Slice.empty();
  }

  /** Is a frame half here? */
  get isPartial(): bool {
    return this.carry.length > 0 || this.skipping > 0;
  }

  /** Bytes that wait for the rest of their frame. */
  get waiting(): i32 {
    return this.carry.length;
  }

  free(): void {
    this.carry.free();
  }

  private tooLarge(frame: Frame, ptr: usize, length: i32, keep: i32): Input {
    if (length < keep) {
      this.needed = keep;
      return Input.More;
    }
    frame.bytes = Slice.view(ptr, keep);
    const here = <i32>min(<u64>length, frame.length);
    this.done += here;
    this.skipping = frame.length - <u64>here;
    return Input.TooLarge;
  }

  private skip(input: Slice): Slice {
    const skipped = <i32>min(this.skipping, <u64>input.length);
    this.skipping -= <u64>skipped;
    return Slice.view(input.ptr + <usize>skipped, input.length - skipped);
  }
}

/** How many leading bytes of a frame a local reply needs. */
export function keptOf(frame: Frame): u64 {
  const wanted = frame.keep > 0 ? frame.keep : frame.head;
  return <u64>max(0, min(wanted, MAX_KEPT));
}

const reader = new Reader();
const frame = new Frame();

/**
 * How long the frame is that these bytes begin, at most `maxBytes`; zero where that cannot be said. For bytes that the
 * other codec sends, which has all of them.
 */
export function lengthOf(codec: Codec, from: Peer, bytes: Slice, maxBytes: u64): i32 {
  frame.clear();
  frame.from = from;
  if (codec.scan(reader.over(bytes), frame) != Scan.Frame || frame.length > maxBytes) return 0;
  return <i32>max(frame.length, <u64>bytes.length);
}

import { Slice, Writer } from "../../bytes";
import { Frame } from "../../codec";
import { IngressStream } from "./stream";

/**
 * What goes to the client, in the order in which it may go. Most protocols know answers by their ids, and each goes at
 * once; where `ordered`, an answer waits for those to earlier requests.
 */
export class Answers {
  /** Where an answer of our own is written before `queue`. */
  readonly draft: Writer = draft;
  private voice: Writer = new Writer();
  private first: usize = 0;
  private last: usize = 0;

  constructor(private ordered: bool) {}

  /** A request has been passed on: here is its place. */
  expect(stream: IngressStream): void {
    if (!this.ordered || stream.oneWay) return;
    stream.next = 0;
    if (this.last) changetype<IngressStream>(this.last).next = changetype<usize>(stream);
    else this.first = changetype<usize>(stream);
    this.last = changetype<usize>(stream);
  }

  /** Takes what stands in the draft: it goes out when next the client can be written to, and when its turn has come. */
  queue(frame: Frame): void {
    if (!this.ordered) {
      this.voice.bytes(this.draft.view());
    } else {
      const stream = IngressStream.take(0, frame);
      this.expect(stream);
      stream.append(this.draft.view());
      stream.ready = true;
    }
    this.draft.reset();
  }

  /** Does anything wait for a chance to be written? */
  get waiting(): bool {
    return this.voice.length > 0 || (this.first != 0 && changetype<IngressStream>(this.first).ready);
  }

  /** Has everything gone out, down to the last request's answer? Asked where `ordered`. */
  get allGone(): bool {
    return this.voice.length == 0 && this.first == 0;
  }

  /** A stream's whole answer stands in `out` from `start` on; it stays there if it may go now. The stream is given up. */
  settle(stream: IngressStream, out: Writer, start: i32): void {
    if (!this.ordered || stream.oneWay) {
      stream.release();
      return;
    }
    stream.freeBody();
    stream.append(Slice.view(out.ptr + <usize>start, out.length - start));
    out.truncate(start);
    stream.ready = true;
    this.release(out);
  }

  /** Writes all that may go now. */
  flush(out: Writer): void {
    if (this.voice.length > 0) {
      out.bytes(this.voice.view());
      this.voice.free();
    }
    if (this.ordered) this.release(out);
  }

  /** Gives up everything; with `ordered`, the streams that `expect` was told of too. */
  free(): void {
    this.voice.free();
    while (this.first) this.pop();
  }

  private release(out: Writer): void {
    while (this.first && changetype<IngressStream>(this.first).ready) {
      out.bytes(changetype<IngressStream>(this.first).body());
      this.pop();
    }
  }

  private pop(): void {
    const stream = changetype<IngressStream>(this.first);
    this.first = stream.next;
    if (this.first == 0) this.last = 0;
    stream.release();
  }
}

const draft = new Writer();

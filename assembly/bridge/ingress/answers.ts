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
  private places: i32 = 0;
  private bytes: i32 = 0;

  constructor(private ordered: bool) {}

  /** Where `ordered`: how many requests have no answer yet that has gone out, those answered by ourselves among them. */
  get length(): i32 {
    return this.places;
  }

  /** Bytes of whole answers that wait for earlier ones. */
  get waitingBytes(): i32 {
    return this.bytes;
  }

  /** Where `ordered`: is this request's answer the next to go out? */
  isNext(stream: IngressStream): bool {
    return this.first == changetype<usize>(stream);
  }

  /** Will a whole answer to this request go out at once? */
  goesNow(stream: IngressStream): bool {
    return !this.ordered || this.isNext(stream);
  }

  /** A request has been passed on: here is its place. */
  expect(stream: IngressStream): void {
    if (!this.ordered || stream.oneWay) return;
    stream.next = 0;
    if (this.last) changetype<IngressStream>(this.last).next = changetype<usize>(stream);
    else this.first = changetype<usize>(stream);
    this.last = changetype<usize>(stream);
    this.places++;
  }

  /** Takes what stands in the draft: it goes out when next the client can be written to, and when its turn has come. */
  queue(frame: Frame): void {
    if (!this.ordered) {
      this.voice.bytes(this.draft.view());
    } else {
      const stream = IngressStream.take(0, frame);
      this.expect(stream);
      this.hold(stream, this.draft.view());
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
    if (this.isNext(stream)) {
      this.pop();
      this.release(out);
      return;
    }
    this.hold(stream, Slice.view(out.ptr + <usize>start, out.length - start));
    out.truncate(start);
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

  private hold(stream: IngressStream, answer: Slice): void {
    stream.append(answer);
    stream.ready = true;
    this.bytes += stream.bodyLength;
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
    this.places--;
    if (stream.ready) this.bytes -= stream.bodyLength;
    stream.release();
  }
}

const draft = new Writer();

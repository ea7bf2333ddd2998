import { Slice, Writer } from "../../bytes";
import { FIRST_WINDOW, MAX_WINDOW, writeData } from "../http2";
import { EgressStream } from "./stream";
import { StreamList } from "./stream-list";

/**
 * Longer answers leave a quarter of the connection's window to the others: were all of it held by clients that do not read,
 * no answer would go out any more. Not half, since a proxy may report what it has passed on only when that is half of it.
 */
const SMALL: i32 = 65536;

/**
 * Answers to a proxy that takes only as much as its windows say (RFC 9113, section 5.2): what they do not take waits,
 * the oldest first.
 */
export class Debts {
  /** Bytes that wait, of all streams. */
  total: i32 = 0;
  private streams: StreamList = new StreamList();
  /** What the connection's window takes. */
  private credit: i32 = FIRST_WINDOW;
  /** The whole of that window. */
  private window: i32 = FIRST_WINDOW;

  get any(): bool {
    return !this.streams.isEmpty;
  }

  /** The proxy takes more on the connection. */
  extend(increment: u32): void {
    this.credit = <i32>min(<i64>this.credit + <i64>increment, <i64>MAX_WINDOW);
    this.window = max(this.window, this.credit);
  }

  /** Is all of the connection's window used up that long answers may use? */
  get exhausted(): bool {
    return this.credit <= this.reserve;
  }

  /** A stream of whose answer the proxy has no byte yet, or 0. */
  unstarted(): usize {
    let at = this.streams.first;
    while (at != 0 && changetype<EgressStream>(at).started) at = changetype<EgressStream>(at).next;
    return at;
  }

  /** Could anything be paid, if only it could be written? */
  get payable(): bool {
    for (let at = this.streams.first; at != 0; at = changetype<EgressStream>(at).next) {
      if (this.room(changetype<EgressStream>(at)) > 0) return true;
    }
    return false;
  }

  /**
   * Who has to go so that an answer of this length has room: past a bound, who owes the most. It may be the stream of that
   * answer itself; 0 where there is room.
   */
  victim(stream: EgressStream, length: i32, streamLimit: i32, connectionLimit: i32): usize {
    stream.long = length > SMALL;
    const debt = max(0, length - this.room(stream));
    if (debt > streamLimit) return changetype<usize>(stream);
    if (debt == 0 || this.total + debt <= connectionLimit) return 0;
    const largest = this.largest();
    return largest == 0 || changetype<EgressStream>(largest).debt <= debt ? changetype<usize>(stream) : largest;
  }

  /** Writes an answer's body as far as the windows go. False: a part of it waits. */
  send(stream: EgressStream, bytes: Slice, out: Writer): bool {
    stream.long = bytes.length > SMALL;
    const now = min(bytes.length, this.room(stream));
    const whole = now == bytes.length;
    writeData(out, stream.id, bytes.ptr, now, whole);
    this.spend(stream, now);
    if (whole) return true;
    stream.started = now > 0;
    stream.append(Slice.view(bytes.ptr + <usize>now, bytes.length - now));
    this.total += stream.bodyLength;
    this.streams.push(stream);
    return false;
  }

  /** Writes of what waits as much as the windows take; the first stream that is done with it, or 0. */
  pay(out: Writer): usize {
    let at = this.streams.first;
    while (at != 0 && this.credit > 0) {
      const stream = changetype<EgressStream>(at);
      at = stream.next;
      const now = min(stream.debt, this.room(stream));
      if (now == 0) continue;
      const whole = now == stream.debt;
      writeData(out, stream.id, stream.body().ptr + <usize>stream.paid, now, whole);
      this.spend(stream, now);
      stream.paid += now;
      stream.started = true;
      this.total -= now;
      if (!whole) continue;
      this.streams.remove(stream);
      return changetype<usize>(stream);
    }
    return 0;
  }

  /** The stream is given up: its debt is forgotten. */
  forget(stream: EgressStream): void {
    if (stream.debt == 0) return;
    this.total -= stream.debt;
    this.streams.remove(stream);
  }

  private largest(): usize {
    let found: usize = 0;
    for (let at = this.streams.first; at != 0; at = changetype<EgressStream>(at).next) {
      if (found == 0 || changetype<EgressStream>(at).debt > changetype<EgressStream>(found).debt) found = at;
    }
    return found;
  }


  @inline private get reserve(): i32 {
    return this.window / 4;
  }


  @inline private room(stream: EgressStream): i32 {
    return max(0, min(stream.credit, stream.long ? this.credit - this.reserve : this.credit));
  }


  @inline private spend(stream: EgressStream, bytes: i32): void {
    stream.credit -= bytes;
    this.credit -= bytes;
  }
}

import { Frame } from "../../codec";
import { StreamTable } from "../buffers";
import { MAX_STREAM_ID } from "../http2";
import { IngressStream } from "./stream";

// So many streams before their numbers end, the client is told to go elsewhere.
const LAST_STREAMS: u32 = 4096;

/** The streams of a client's connection, and their numbers (RFC 9113, section 5.1.1). */
export class IngressStreams {
  private table: StreamTable = new StreamTable();
  /** The proxy takes no streams above this (GOAWAY). */
  private last: u32 = MAX_STREAM_ID;
  /** The bytes of all requests under way. */
  bytes: i64 = 0;

  /** @param next the first number */
  constructor(private next: u32) {}

  /** How many are under way. */
  get length(): i32 {
    return this.table.length;
  }

  /** Are there numbers for so many more? */
  has(count: i32): bool {
    return <u64>this.next + 2 * (<u64>count - 1) <= <u64>this.last;
  }

  /** Do the numbers end soon? */
  get runOut(): bool {
    return this.next > MAX_STREAM_ID - 2 * LAST_STREAMS;
  }

  /** Are all numbers used? */
  get spent(): bool {
    return this.next > MAX_STREAM_ID;
  }

  /** The proxy takes none above this. */
  endAt(last: u32): void {
    this.last = last;
  }

  /** A number for a stream that is kept elsewhere; there is one. */
  takeId(): u32 {
    const id = this.next;
    this.next += 2;
    return id;
  }

  /** A request's stream; there is a number for it. */
  begin(request: Frame): IngressStream {
    const stream = IngressStream.take(this.takeId(), request);
    this.table.set(stream.id, changetype<usize>(stream));
    this.bytes += stream.requestBytes;
    return stream;
  }

  find(id: u32): IngressStream | null {
    const stream = this.table.get(id);
    return stream == 0 ? null : changetype<IngressStream>(stream);
  }

  /** The stream is over; its object is still in use. */
  end(stream: IngressStream): void {
    this.bytes -= stream.requestBytes;
    this.table.delete(stream.id);
  }

  /** @param ordered the line of answers owns the streams that it knows */
  free(ordered: bool): void {
    for (let i = 0; i < this.table.slotCount; i++) {
      const at = this.table.at(i);
      if (at == 0) continue;
      const stream = changetype<IngressStream>(at);
      if (!ordered || stream.oneWay || stream.whole != 0) stream.release();
    }
    this.table.free();
  }
}

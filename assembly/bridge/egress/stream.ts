import { Body, Pool } from "../buffers";
import { keepHeaders, recallHeaders } from "../headers";
import { HeaderList } from "../hpack";
import { MAX_WINDOW } from "../http2";

/**
 * A request under way to a backend. Its body holds the request until that is whole, and later what the proxy has no
 * window for of the answer. Pooled, outside the garbage collector.
 */
@unmanaged
export class EgressStream extends Body {
  /** The HTTP/2 stream, which is the request's id at the backend. */
  id: u32;
  /** The id that the caller gave its request. */
  callerId: u64;
  /** Bytes that the proxy's stream window takes. */
  credit: i32;
  oneWay: bool;
  /** The state of the connection in which the backend is to handle the request (Metadata.state). */
  state: i32;
  /** The request is whole and waits for those before it. */
  complete: bool;
  /** Its place in the line of what a backend owes that answers in order. */
  place: u32;
  /** The request is on its way to the backend. */
  forwarded: bool;
  /** We answered it ourselves; what still comes of its request is dropped. */
  refused: bool;
  /** One-way: the heartbeat, by its count, whose answer shows that the backend has read the request. */
  heartbeat: u32;
  /** How much of the body the proxy has. */
  paid: i32;
  /** The answer is long, and leaves room in the connection's window to others. */
  long: bool;
  /** The proxy has the first bytes of the answer. */
  started: bool;
  /** The request's headers, where a filter changed any; else zero. */
  private headers: usize;

  static take(id: u32): EgressStream {
    const stream = pool.take();
    stream.clearBody();
    stream.id = id;
    stream.callerId = 0;
    stream.credit = 0;
    stream.oneWay = false;
    stream.state = 0;
    stream.complete = false;
    stream.place = 0;
    stream.forwarded = false;
    stream.refused = false;
    stream.heartbeat = 0;
    stream.paid = 0;
    stream.started = false;
    stream.long = false;
    stream.headers = 0;
    return stream;
  }

  /** What the proxy has not yet got of the answer. */
  @inline get debt(): i32 {
    return this.forwarded ? this.bodyLength - this.paid : 0;
  }

  /** The proxy takes more of the answer. */
  earn(increment: u32): void {
    this.credit = <i32>min(<i64>this.credit + <i64>increment, <i64>MAX_WINDOW);
  }

  keepHeaders(headers: HeaderList): void {
    this.headers = keepHeaders(headers);
  }

  /** Did a filter change headers of the request? Then they are put into the list. */
  recallHeaders(headers: HeaderList): bool {
    if (this.headers == 0) return false;
    recallHeaders(this.headers, headers);
    return true;
  }

  release(): void {
    this.freeBody();
    if (this.headers) heap.free(this.headers);
    pool.put(this);
  }
}

const pool = new Pool<EgressStream>();

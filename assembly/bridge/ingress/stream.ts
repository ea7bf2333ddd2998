import { Answers, Frame } from "../../codec";
import { recallHeaders, keepHeaders } from "../headers";
import { HeaderList } from "../hpack";
import { Pool } from "../buffers";
import { Call, CallStatus } from "../calls";

/** A request under way, from the client's frame to its answer. Pooled, outside the garbage collector. */
@unmanaged
export class IngressStream extends Call {
  /** The HTTP/2 stream; zero for an answer of our own that only waits for its turn. */
  id: u32;
  /** The answer's `:status`; zero until its headers came. */
  status: i32;
  /** The protocol's own status, where a backend answered, and whether it is the application's error. */
  code: i32;
  business: bool;
  /** The caller waits for no answer. */
  oneWay: bool;
  /** The answer is a backend's, not Envoy's own. */
  marked: bool;
  /** The answer is complete in the body and waits for those before it. */
  ready: bool;
  /** Of a part: the request that it is a part of, and its place there. */
  whole: usize;
  index: i32;
  /** A rule forbids it, by access, limit or fault: of a part, then the whole is forbidden. */
  forbidden: bool;
  /** Of a request in parts: how many have no answer yet, and (pointers) those that have. */
  left: i32;
  /** And how the worst of those ended. */
  worst: CallStatus;
  private count: i32;
  private parts: usize;
  /** The answer's headers, where a filter changed or wrote it; else zero. */
  private headers: usize;

  static take(id: u32, frame: Frame): IngressStream {
    const stream = pool.take();
    stream.clearCall(frame);
    stream.id = id;
    stream.status = 0;
    stream.code = 0;
    stream.oneWay = false;
    stream.marked = false;
    stream.business = false;
    stream.worst = CallStatus.Success;
    stream.ready = false;
    stream.whole = 0;
    stream.forbidden = false;
    stream.left = 0;
    stream.parts = 0;
    stream.headers = 0;
    stream.remember(frame);
    return stream;
  }

  keepHeaders(headers: HeaderList): void {
    this.headers = keepHeaders(headers);
  }

  /** Did a filter change headers of the answer, or write it? Then they are put into the list. */
  recallHeaders(headers: HeaderList): bool {
    if (this.headers == 0) return false;
    recallHeaders(this.headers, headers);
    return true;
  }

  /** This request is passed on in so many parts. */
  split(count: i32): void {
    const size = <usize>count * sizeof<usize>();
    this.parts = heap.alloc(size);
    memory.fill(this.parts, 0, size);
    this.count = count;
    this.left = count;
  }

  /** A part has its answer, in its body. */
  answered(part: IngressStream): void {
    store<usize>(this.parts + <usize>part.index * sizeof<usize>(), changetype<usize>(part));
    this.left--;
  }

  /** The answers to all parts, good until they are released. */
  answersInto(list: Answers): i32 {
    let bytes = 0;
    list.clear();
    for (let i = 0; i < this.count; i++) {
      const answer = this.partAt(i).body();
      bytes += answer.length;
      list.push(answer);
    }
    return bytes;
  }

  /** The first part, all being answered, that a rule forbids: its place, or -1. */
  forbiddenPart(): i32 {
    for (let i = 0; i < this.count; i++) if (this.partAt(i).forbidden) return i;
    return -1;
  }

  private partAt(index: i32): IngressStream {
    return changetype<IngressStream>(load<usize>(this.parts + <usize>index * sizeof<usize>()));
  }

  releaseParts(): void {
    if (this.parts == 0) return;
    for (let i = 0; i < this.count; i++) {
      const part = load<usize>(this.parts + <usize>i * sizeof<usize>());
      if (part != 0) changetype<IngressStream>(part).release();
    }
    heap.free(this.parts);
    this.parts = 0;
  }

  release(): void {
    this.releaseParts();
    this.freeCall();
    if (this.headers) heap.free(this.headers);
    pool.put(this);
  }
}

const pool = new Pool<IngressStream>();

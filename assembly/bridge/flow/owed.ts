import { Frame } from "../../codec";
import { Call } from "../calls";

/** A request that a stream's server owes an answer to. Pooled, outside the garbage collector. */
@unmanaged
export class Owed extends Call {
  /** The HTTP/2 stream that it went on. */
  stream: u32;
  /** When its caller has an error in any case, in milliseconds since 1970; zero: never. */
  deadline: i64;
  /** The request's length. */
  bytes: i32;
  /** Its caller has had an error. Where only the order says which answer is whose, it stays in the line. */
  abandoned: bool;
  /** Where the answer's place is, in protocols that want them in order; else zero. */
  place: usize;
  /** Its neighbours among those of the stream, in the order of requests. */
  before: usize;
  after: usize;
  /** The next in a bucket of `OwedTable`. */
  chain: usize;

  static take(stream: u32, frame: Frame): Owed {
    let owed = changetype<Owed>(pool);
    if (pool == 0) owed = changetype<Owed>(heap.alloc(offsetof<Owed>()));
    else pool = owed.chain;
    owed.clearCall(frame);
    owed.stream = stream;
    owed.deadline = 0;
    owed.bytes = 0;
    owed.abandoned = false;
    owed.place = 0;
    owed.before = 0;
    owed.after = 0;
    owed.chain = 0;
    owed.remember(frame);
    return owed;
  }

  release(): void {
    this.freeCall();
    this.chain = pool;
    pool = changetype<usize>(this);
  }
}

let pool: usize = 0;

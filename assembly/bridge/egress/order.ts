import { Line, Owed } from "./line";
import { EgressStream } from "./stream";
import { StreamList } from "./stream-list";

// Answers that a backend may owe: those whose callers have left stay in the line, and a backend may hang.
const MAX_OWED: u32 = 1048576;

/**
 * Where a backend answers in order (`Traits.pipelined`): requests go out in the order in which they began, whichever body
 * waited for a window, and what the backend owes is known by its place in a line. Elsewhere all of this is nothing.
 */
export class Order {
  /** What the backend owes, and the requests that are not whole yet, or behind such. */
  private line: Line = new Line();
  private coming: StreamList = new StreamList();

  constructor(private pipelined: bool) {}

  begin(stream: EgressStream): void {
    if (this.pipelined) this.coming.push(stream);
  }

  /** A client relies on the order of its requests. */
  mayGo(stream: EgressStream): bool {
    return !this.pipelined || this.coming.first == changetype<usize>(stream);
  }

  /** A request that is whole and the first of those to go, or 0. */
  get due(): usize {
    const first = this.coming.first;
    return first != 0 && changetype<EgressStream>(first).complete ? first : 0;
  }

  /** Does the backend owe so much that no more may be asked of it? */
  get isFull(): bool {
    return this.line.length >= MAX_OWED;
  }

  /** The request goes out now, behind what prepares the connection for it: so many answers are owed to that. */
  go(stream: EgressStream, preparations: i32): void {
    if (!this.pipelined) return;
    this.coming.remove(stream);
    this.owePreparations(preparations);
    if (!stream.oneWay) stream.place = this.line.join(changetype<usize>(stream));
  }

  owePreparations(answers: i32): void {
    if (!this.pipelined) return;
    for (let i = 0; i < answers; i++) this.line.join(Owed.Preparation);
  }

  oweHeartbeat(): void {
    if (this.pipelined) this.line.join(Owed.Heartbeat);
  }

  /** Is nothing owed? */
  get isEmpty(): bool {
    return this.line.length == 0;
  }

  /** Whose answer comes next: a stream, or `Owed`. Something is owed. */
  take(): usize {
    return this.line.take();
  }

  /** The stream ends, answered or not. */
  forget(stream: EgressStream): void {
    if (!this.pipelined) return;
    if (!stream.forwarded) this.coming.remove(stream);
    else if (!stream.oneWay) this.line.leave(stream.place);
  }

  free(): void {
    this.line.free();
  }
}

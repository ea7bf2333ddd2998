/** A request within a session that has no answer yet. */
@unmanaged
export class Exchange {
  /** The one that came after it; zero: none did. */
  next: usize;
  /** In milliseconds since 1970. */
  startedAt: i64;
  /** What it asks for, by number. */
  operation: i32;
  requestBytes: i32;

  static begin(startedAt: i64): Exchange {
    const exchange = changetype<Exchange>(heap.alloc(offsetof<Exchange>()));
    exchange.next = 0;
    exchange.startedAt = startedAt;
    exchange.operation = 0;
    exchange.requestBytes = 0;
    return exchange;
  }

  free(): void {
    heap.free(changetype<usize>(this));
  }
}

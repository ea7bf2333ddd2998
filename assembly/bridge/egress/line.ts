/** What stands in a `Line` besides streams. */
export namespace Owed {
  /** An answer whose caller has left. */
  export const Nobody: usize = 0;
  /** The answer to a heartbeat. */
  export const Heartbeat: usize = 1;
  /** An answer to what the proxy itself said: a greeting, or a change of the connection's state. */
  export const Preparation: usize = 2;
}

const FIRST_CAPACITY: u32 = 16;
const SLOT: usize = sizeof<usize>();

/**
 * What a backend owes on a connection where it answers in order (`Traits.pipelined`): whatever comes next belongs to the
 * first of the line. A ring outside the garbage collector, of streams and of `Owed`.
 */
export class Line {
  private slots: usize = 0;
  private capacity: u32 = 0;
  /** Places are numbered from the connection's beginning, and wrap: the first in the line, and the one after the last. */
  private first: u32 = 0;
  private next: u32 = 0;


  @inline get length(): u32 {
    return this.next - this.first;
  }

  /** Puts somebody at the end; the place, for `leave`. */
  join(who: usize): u32 {
    if (this.length == this.capacity) this.widen();
    store<usize>(this.slot(this.next), who);
    return this.next++;
  }

  /** Takes the first; the line is not empty. */
  take(): usize {
    return load<usize>(this.slot(this.first++));
  }

  /** Who has this place will not be there for the answer. One that was taken is no more in the line. */
  leave(place: u32): void {
    if (place - this.first < this.length) store<usize>(this.slot(place), Owed.Nobody);
  }

  free(): void {
    if (this.slots) heap.free(this.slots);
    this.slots = 0;
    this.capacity = 0;
    this.first = this.next;
  }

  private widen(): void {
    const old = this.slots;
    const oldCapacity = this.capacity;
    this.capacity = max(FIRST_CAPACITY, oldCapacity * 2);
    this.slots = heap.alloc(<usize>this.capacity * SLOT);
    for (let place = this.first; place != this.next; place++) {
      store<usize>(this.slot(place), load<usize>(old + <usize>(place & (oldCapacity - 1)) * SLOT));
    }
    if (old) heap.free(old);
  }


  @inline private slot(place: u32): usize {
    return this.slots + <usize>(place & (this.capacity - 1)) * SLOT;
  }
}

import { Slice } from "../../bytes";

const FIRST_CAPACITY: i32 = 256;
// A larger buffer is given back as soon as it is empty: connections are many.
const MAX_IDLE_CAPACITY: i32 = 4096;

/**
 * Bytes that wait for more of their kind from one callback to the next. Where nothing waits, input is looked at where it
 * lies, and nothing is copied.
 */
export class Carry {
  private base: usize = 0;
  private capacity: i32 = 0;
  private size: i32 = 0;
  /** With fewer bytes than this there is nothing new to see. */
  private needed: i32 = 0;


  @inline get length(): i32 {
    return this.size;
  }

  /** What waited and what came, in one piece; good until the callback returns or `keep`. */
  join(input: Slice): Slice {
    if (this.size == 0) return input;
    this.append(input.ptr, input.length);
    return Slice.view(this.base, this.size);
  }

  /** Is there enough of `all` for the next look? */
  @inline enough(all: Slice): bool {
    return all.length >= this.needed;
  }

  /**
   * Ends a look at `all`, which `join` gave: its first `done` bytes are used up, the rest waits.
   * @param needed how many bytes it takes before another look is worth it; zero: any more
   */
  keep(all: Slice, done: i32, needed: i32): void {
    this.needed = needed;
    const rest = all.length - done;
    if (this.size == 0) {
      if (rest > 0) this.append(all.ptr + <usize>done, rest);
      return;
    }
    if (rest > 0 && done > 0) memory.copy(this.base, this.base + <usize>done, <usize>rest);
    this.size = rest;
    if (rest == 0 && this.capacity > MAX_IDLE_CAPACITY) this.free();
  }

  free(): void {
    if (this.base) heap.free(this.base);
    this.base = 0;
    this.capacity = 0;
    this.size = 0;
  }

  private append(ptr: usize, length: i32): void {
    const wanted = this.size + length;
    if (wanted > this.capacity) {
      let capacity = max(this.capacity, FIRST_CAPACITY);
      while (capacity < wanted) capacity <<= 1;
      // Growth stops at what is known to come.
      if (this.needed >= wanted && this.needed < capacity) capacity = this.needed;
      this.base = this.base ? heap.realloc(this.base, <usize>capacity) : heap.alloc(<usize>capacity);
      this.capacity = capacity;
    }
    memory.copy(this.base + <usize>this.size, ptr, <usize>length);
    this.size = wanted;
  }
}

import { Slice } from "../../bytes";

const FIRST_CAPACITY: i32 = 1024;

/** Growing bytes in an object outside the garbage collector: the base of streams. */
@unmanaged
export class Body {
  /** The next one in a list, or in the pool. */
  next: usize;
  protected base: usize;
  protected size: i32;
  protected capacity: i32;

  /** Must be called first: memory from the heap holds anything. */
  protected clearBody(): void {
    this.next = 0;
    this.emptyBody();
  }


  @inline get bodyLength(): i32 {
    return this.size;
  }

  body(): Slice {
    return Slice.view(this.base, this.size);
  }

  /** Makes room for all that will come, where that is known. */
  reserve(length: i32): void {
    if (this.base != 0 || length <= 0) return;
    this.base = heap.alloc(<usize>length);
    this.capacity = length;
  }

  append(bytes: Slice): void {
    const wanted = this.size + bytes.length;
    if (wanted > this.capacity) {
      let capacity = max(this.capacity << 1, FIRST_CAPACITY);
      // The first bytes are often all of them.
      if (capacity < wanted) capacity = wanted;
      this.base = this.base ? heap.realloc(this.base, <usize>capacity) : heap.alloc(<usize>capacity);
      this.capacity = capacity;
    }
    memory.copy(this.base + <usize>this.size, bytes.ptr, <usize>bytes.length);
    this.size = wanted;
  }

  freeBody(): void {
    if (this.base) heap.free(this.base);
    this.emptyBody();
  }

  private emptyBody(): void {
    this.base = 0;
    this.size = 0;
    this.capacity = 0;
  }
}

const FIRST_CAPACITY: i32 = 16;

/** A slot: the stream's number (zero: empty) and where it lies. */
const SLOT: usize = 8;

/**
 * Streams by their number: open addressing, outside the garbage collector, no garbage per request. Numbers are never zero.
 */
export class StreamTable {
  private slots: usize = 0;
  private capacity: i32 = 0;
  private count: i32 = 0;
  /** How many streams lie in another slot than their own. Mostly none: numbers ascend, and what is under way is near together. */
  private displaced: i32 = 0;


  @inline get length(): i32 {
    return this.count;
  }

  /** The stream, or 0 where there is none of this number. */
  get(id: u32): usize {
    if (this.count == 0) return 0;
    let index = this.home(id);
    while (load<u32>(this.slot(index)) != id) {
      if (load<u32>(this.slot(index)) == 0) return 0;
      index = this.after(index);
    }
    return <usize>load<u32>(this.slot(index), 4);
  }

  /** Puts a stream in; its number must not be there yet. */
  set(id: u32, stream: usize): void {
    if ((this.count + 1) * 4 > this.capacity * 3) this.widen();
    this.place(id, stream);
    this.count++;
  }

  delete(id: u32): void {
    if (this.count == 0) return;
    let index = this.home(id);
    while (load<u32>(this.slot(index)) != id) {
      if (load<u32>(this.slot(index)) == 0) return;
      index = this.after(index);
    }
    this.count--;
    if (index != this.home(id)) this.displaced--;
    store<u64>(this.slot(index), 0);
    // Later entries of the same run move up, so that no search stops at the gap; those in their own slots never need to.
    if (this.displaced == 0) return;
    let gap = index;
    for (let next = this.after(gap); ; next = this.after(next)) {
      const moving = load<u32>(this.slot(next));
      if (moving == 0) break;
      const home = this.home(moving);
      const reachable = gap <= next ? home <= gap || home > next : home <= gap && home > next;
      if (!reachable) continue;
      if (gap == home) this.displaced--;
      store<u64>(this.slot(gap), load<u64>(this.slot(next)));
      store<u64>(this.slot(next), 0);
      gap = next;
    }
  }

  /** How many slots there are to go through with `at`. */
  @inline get slotCount(): i32 {
    return this.capacity;
  }

  /** The stream in a slot, or 0; for going through all of them, while none is set or deleted. */
  at(index: i32): usize {
    const slot = this.slot(index);
    return load<u32>(slot) == 0 ? 0 : <usize>load<u32>(slot, 4);
  }

  free(): void {
    if (this.slots) heap.free(this.slots);
    this.slots = 0;
    this.capacity = 0;
    this.count = 0;
    this.displaced = 0;
  }

  private widen(): void {
    const old = this.slots;
    const oldCapacity = this.capacity;
    this.capacity = max(FIRST_CAPACITY, oldCapacity * 2);
    this.slots = heap.alloc(<usize>this.capacity * SLOT);
    memory.fill(this.slots, 0, <usize>this.capacity * SLOT);
    this.displaced = 0;
    for (let i = 0; i < oldCapacity; i++) {
      const slot = old + <usize>i * SLOT;
      if (load<u32>(slot) != 0) this.place(load<u32>(slot), <usize>load<u32>(slot, 4));
    }
    if (old) heap.free(old);
  }

  private place(id: u32, stream: usize): void {
    let index = this.home(id);
    if (load<u32>(this.slot(index)) != 0) this.displaced++;
    while (load<u32>(this.slot(index)) != 0) index = this.after(index);
    store<u32>(this.slot(index), id);
    store<u32>(this.slot(index), <u32>stream, 4);
  }


  @inline private slot(index: i32): usize {
    return this.slots + <usize>index * SLOT;
  }

  // Clients' stream numbers are odd and ascend: half of each is its own best hash.
  @inline private home(id: u32): i32 {
    return (<i32>(id >> 1)) & (this.capacity - 1);
  }


  @inline private after(index: i32): i32 {
    return (index + 1) & (this.capacity - 1);
  }
}

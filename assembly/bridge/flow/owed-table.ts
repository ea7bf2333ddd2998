import { Owed } from "./owed";

const FIRST_CAPACITY: i32 = 16;

/** What a connection's servers owe, by stream and the caller's id. A caller may use an id twice: the first comes first. */
export class OwedTable {
  private buckets: usize = 0;
  private capacity: i32 = 0;
  private count: i32 = 0;

  add(owed: Owed): void {
    if (this.count >= this.capacity) this.widen();
    this.count++;
    this.append(owed);
  }

  /** The request, which is then no longer here; null where there is none. */
  take(stream: u32, id: u64): Owed | null {
    if (this.count == 0) return null;
    let link = this.bucket(stream, id);
    while (true) {
      const at = load<usize>(link);
      if (at == 0) return null;
      const owed = changetype<Owed>(at);
      if (owed.callerId == id && owed.stream == stream) {
        this.unlink(link, owed);
        return owed;
      }
      link = at + offsetof<Owed>("chain");
    }
  }

  remove(owed: Owed): void {
    let link = this.bucket(owed.stream, owed.callerId);
    while (load<usize>(link) != 0) {
      const at = load<usize>(link);
      if (at == changetype<usize>(owed)) {
        this.unlink(link, owed);
        return;
      }
      link = at + offsetof<Owed>("chain");
    }
  }

  free(): void {
    if (this.buckets) heap.free(this.buckets);
    this.buckets = 0;
    this.capacity = 0;
    this.count = 0;
  }

  private unlink(link: usize, owed: Owed): void {
    store<usize>(link, owed.chain);
    owed.chain = 0;
    this.count--;
  }

  private append(owed: Owed): void {
    owed.chain = 0;
    let link = this.bucket(owed.stream, owed.callerId);
    while (load<usize>(link) != 0) link = load<usize>(link) + offsetof<Owed>("chain");
    store<usize>(link, changetype<usize>(owed));
  }

  private widen(): void {
    const old = this.buckets;
    const oldCapacity = this.capacity;
    this.capacity = max(FIRST_CAPACITY, oldCapacity * 2);
    this.buckets = heap.alloc(<usize>this.capacity * sizeof<usize>());
    memory.fill(this.buckets, 0, <usize>this.capacity * sizeof<usize>());
    for (let i = 0; i < oldCapacity; i++) {
      let at = load<usize>(old + <usize>i * sizeof<usize>());
      while (at != 0) {
        const owed = changetype<Owed>(at);
        at = owed.chain;
        this.append(owed);
      }
    }
    if (old) heap.free(old);
  }

  /** Callers count ids up, or scatter them: a multiplication spreads both. */
  @inline private bucket(stream: u32, id: u64): usize {
    const hash = (id ^ ((<u64>stream) << 32)) * 0x9e3779b97f4a7c15;
    return this.buckets + <usize>((<u32>(hash >> 32)) & (this.capacity - 1)) * sizeof<usize>();
  }
}

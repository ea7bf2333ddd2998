import { Slice } from "../../bytes";

// What RFC 7541, section 4.1, adds to each entry's bytes when it counts a table's size.
const OVERHEAD: i32 = 32;

/** An entry: the views of its name and its value, laid out as `Slice` is, and behind them the bytes of both. */
@unmanaged
class Entry {
  namePtr: usize;
  nameLength: i32;
  valuePtr: usize;
  valueLength: i32;
  /** What a reader of headers wants to know the next time it meets this one; zero: nothing yet. */
  note: u64;
  /** The one that was evicted before it. */
  next: usize;
}

/**
 * The dynamic table (RFC 7541, section 2.3.2): the newest entry has index 0 here. Entries live outside the garbage
 * collector. One that is evicted may still be looked at, by the headers of the block that evicts it: its memory goes back
 * with `bury`, or `free`.
 */
export class DynamicTable {
  /** The size that the encoder has chosen; never above what we allow it. */
  private limit: i32;
  private used: i32 = 0;
  /** A ring whose length is a power of two. */
  private ring: StaticArray<usize> = new StaticArray<usize>(16);
  private newest: i32 = 0;
  private evicted: usize = 0;
  count: i32 = 0;

  constructor(limit: i32) {
    this.limit = limit;
  }

  resize(limit: i32): void {
    this.limit = limit;
    this.evict(0);
  }

  add(name: Slice, value: Slice): void {
    const size = name.length + value.length + OVERHEAD;
    if (size > this.limit) {
      // Not an error: an entry larger than the table empties it (section 4.4).
      this.evict(this.limit);
      return;
    }
    const entry = changetype<Entry>(heap.alloc(offsetof<Entry>() + <usize>(size - OVERHEAD)));
    entry.namePtr = changetype<usize>(entry) + offsetof<Entry>();
    entry.nameLength = name.length;
    entry.valuePtr = entry.namePtr + <usize>name.length;
    entry.valueLength = value.length;
    entry.note = 0;
    memory.copy(entry.namePtr, name.ptr, <usize>name.length);
    memory.copy(entry.valuePtr, value.ptr, <usize>value.length);
    this.evict(size);
    if (this.count == this.ring.length) this.widen();
    this.newest = (this.newest + 1) & (this.ring.length - 1);
    unchecked((this.ring[this.newest] = changetype<usize>(entry)));
    this.count++;
    this.used += size;
  }

  /** An entry's name, good until `bury`. */
  @inline name(index: i32): Slice {
    return changetype<Slice>(changetype<usize>(this.entry(index)) + offsetof<Entry>("namePtr"));
  }

  /** An entry's value, good until `bury`. */
  @inline value(index: i32): Slice {
    return changetype<Slice>(changetype<usize>(this.entry(index)) + offsetof<Entry>("valuePtr"));
  }

  /** Where an entry's note is, good until `bury`. */
  @inline noteAt(index: i32): usize {
    return changetype<usize>(this.entry(index)) + offsetof<Entry>("note");
  }

  /** Gives back the memory of the entries that were evicted: nobody looks at the headers of earlier blocks any more. */
  bury(): void {
    while (this.evicted) {
      const entry = changetype<Entry>(this.evicted);
      this.evicted = entry.next;
      heap.free(changetype<usize>(entry));
    }
  }

  free(): void {
    this.evict(this.limit);
    this.bury();
  }

  /** Throws out the oldest entries until `room` bytes are free. */
  private evict(room: i32): void {
    while (this.count > 0 && this.used + room > this.limit) {
      const oldest = this.entry(this.count - 1);
      this.used -= oldest.nameLength + oldest.valueLength + OVERHEAD;
      this.count--;
      oldest.next = this.evicted;
      this.evicted = changetype<usize>(oldest);
    }
  }


  @inline private entry(index: i32): Entry {
    return changetype<Entry>(unchecked(this.ring[(this.newest - index) & (this.ring.length - 1)]));
  }

  private widen(): void {
    const wider = new StaticArray<usize>(this.ring.length * 2);
    for (let i = 0; i < this.count; i++) wider[this.count - i] = changetype<usize>(this.entry(i));
    this.newest = this.count;
    this.ring = wider;
  }
}

import { arenaTake, Slice } from "../../bytes";

// What RFC 7541, section 4.1, adds to each entry's bytes when it counts a table's size.
const OVERHEAD: i32 = 32;

/** An entry: name and value one behind the other in `bytes`. */
@unmanaged
class Entry {
  nameLength: i32;
  valueLength: i32;
  bytes: usize;
}

/**
 * The dynamic table (RFC 7541, section 2.3.2): the newest entry has index 0 here. Entries live outside the garbage
 * collector; `free` gives them back.
 */
export class DynamicTable {
  /** The size that the encoder has chosen; never above what we allow it. */
  private limit: i32;
  private used: i32 = 0;
  /** A ring whose length is a power of two. */
  private ring: StaticArray<usize> = new StaticArray<usize>(16);
  private newest: i32 = 0;
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
    entry.nameLength = name.length;
    entry.valueLength = value.length;
    entry.bytes = changetype<usize>(entry) + offsetof<Entry>();
    // The name may be a view of an entry that goes next: copy first.
    memory.copy(entry.bytes, name.ptr, <usize>name.length);
    memory.copy(entry.bytes + <usize>name.length, value.ptr, <usize>value.length);
    this.evict(size);
    if (this.count == this.ring.length) this.widen();
    this.newest = (this.newest + 1) & (this.ring.length - 1);
    unchecked((this.ring[this.newest] = changetype<usize>(entry)));
    this.count++;
    this.used += size;
  }

  /** A copy of an entry's name: the entry itself may be evicted by the next header. */
  name(index: i32): Slice {
    const entry = this.entry(index);
    return copyOf(entry.bytes, entry.nameLength);
  }

  value(index: i32): Slice {
    const entry = this.entry(index);
    return copyOf(entry.bytes + <usize>entry.nameLength, entry.valueLength);
  }

  free(): void {
    this.evict(this.limit);
  }

  /** Throws out the oldest entries until `room` bytes are free. */
  private evict(room: i32): void {
    while (this.count > 0 && this.used + room > this.limit) {
      const oldest = this.entry(this.count - 1);
      this.used -= oldest.nameLength + oldest.valueLength + OVERHEAD;
      this.count--;
      heap.free(changetype<usize>(oldest));
    }
  }

  private entry(index: i32): Entry {
    return changetype<Entry>(unchecked(this.ring[(this.newest - index) & (this.ring.length - 1)]));
  }

  private widen(): void {
    const wider = new StaticArray<usize>(this.ring.length * 2);
    for (let i = 0; i < this.count; i++) wider[this.count - i] = changetype<usize>(this.entry(i));
    this.newest = this.count;
    this.ring = wider;
  }
}

function copyOf(ptr: usize, length: i32): Slice {
  const copy = arenaTake(<usize>length + 1);
  memory.copy(copy, ptr, <usize>length);
  return Slice.view(copy, length);
}

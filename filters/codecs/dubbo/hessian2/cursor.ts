import { Reader, Slice } from "meltemi/assembly";

/**
 * A bounds-checked reader that the garbage collector knows nothing of: the collector's bookkeeping in each call would
 * cost more than reading a value does. `enter` takes over where a `Reader` stands, `leave` moves that on.
 */
@unmanaged
export class Cursor {
  private at: usize;
  private end: usize;
  private failed: bool;

  enter(input: Reader): this {
    this.at = input.pointer;
    this.end = input.limit;
    this.failed = !input.ok;
    return this;
  }

  leave(input: Reader): void {
    if (this.failed) input.fail();
    else input.skip(<i32>(this.at - input.pointer));
  }


  @inline get ok(): bool {
    return !this.failed;
  }

  /** Where the next byte is. */
  @inline get pointer(): usize {
    return this.at;
  }


  @inline get limit(): usize {
    return this.end;
  }

  /** Goes to an address that this cursor has given. */
  @inline moveTo(pointer: usize): void {
    this.at = pointer;
  }

  fail(): void {
    this.failed = true;
    this.at = this.end;
  }

  /** The next byte without taking it; zero at the end. */
  @inline peek(): u8 {
    return this.at < this.end ? load<u8>(this.at) : 0;
  }

  u8(): u8 {
    const at = this.take(1);
    return at ? load<u8>(at) : 0;
  }

  u16(): u16 {
    const at = this.take(2);
    return at ? bswap<u16>(load<u16>(at)) : 0;
  }

  u32(): u32 {
    const at = this.take(4);
    return at ? bswap<u32>(load<u32>(at)) : 0;
  }

  u64(): u64 {
    const at = this.take(8);
    return at ? bswap<u64>(load<u64>(at)) : 0;
  }

  skip(length: i32): void {
    this.take(length);
  }

  bytes(length: i32): Slice {
    const at = this.take(length);
    return at ? Slice.view(at, length) : Slice.empty();
  }

  private take(length: i32): usize {
    const at = this.at;
    if (length < 0 || <usize>length > this.end - at) {
      this.fail();
      return 0;
    }
    this.at = at + <usize>length;
    return at;
  }
}

/** One is enough: nothing reads two inputs at a time. */
export const cursor: Cursor = changetype<Cursor>(heap.alloc(offsetof<Cursor>()));

import { Slice, Writer } from "../../bytes";
import { DynamicTable } from "./dynamic-table";
import { writeInteger, writeLiteral, writeNamed, writeString } from "./encoder";
import { STATIC_COUNT } from "./static-table";

/** HPACK's table as long as nobody announces another (RFC 9113, section 6.5.2); we never ask for more. */
const TABLE_SIZE: u32 = 4096;
/** A header that takes more of the table than this part would throw out too many others. */
const LARGEST_PART: i32 = 4;

// Where a header may stand, by its hash: 64 places of `print u16, number u16` for those in the table, and behind them 64 of
// `print u16` for those that were seen. One that meets another there costs bytes, never a wrong header.
const PLACES: usize = 64;
const NUMBERS: usize = PLACES * 4;
const BLOCK: usize = NUMBERS + PLACES * 2;
/** And behind those a block of indices, if it is no longer than this. */
const LONGEST_BLOCK: i32 = 48;
const MEMORY: usize = BLOCK + <usize>LONGEST_BLOCK;

/**
 * Encodes header blocks of one connection, in their order, with the dynamic table (RFC 7541, section 6): the proxy reads an
 * index in less time than a literal. What comes for the second time goes into the table, so values that are new in each
 * request (a trace's id) throw nothing out.
 */
export class IndexedEncoder {
  private table: DynamicTable = new DynamicTable(0);
  private opened: bool = false;
  private limit: u32 = 0;
  /** The size that the peer's decoder works with. */
  private told: u32 = TABLE_SIZE;
  /** How many entries there ever were; an entry's number is what this was when it came. */
  private added: u32 = 0;
  private places: usize = 0;
  /** Where the block at hand begins, and whether the table has had all of it so far. */
  private start: i32 = 0;
  private indexed: bool = false;
  /** The block that is kept: what it says, how long it is, and what `added` was then. */
  private kept: u32 = 0;
  private keptLength: i32 = 0;
  private keptAt: u32 = 0;

  /**
   * The peer's SETTINGS have come, with this SETTINGS_HEADER_TABLE_SIZE; nothing is put into the table before. A smaller
   * table than the one that both sides begin with is told in the next block (section 4.2).
   */
  allow(size: u32): void {
    this.limit = min(size, TABLE_SIZE);
    this.kept = 0;
    this.opened = true;
    this.table.resize(<i32>this.limit);
  }

  /**
   * Writes what the last block of indices said, if that is what is to be said, and the table has not changed since.
   * @param version the number of what is to be said; zero: it has none
   */
  repeat(out: Writer, version: u32): bool {
    if (version == 0 || version != this.kept || this.keptAt != this.added) return false;
    out.copy(this.places + BLOCK, this.keptLength);
    return true;
  }

  /** What `repeat` could not write ends here. */
  end(out: Writer, version: u32): void {
    const length = out.length - this.start;
    if (version == 0 || !this.indexed || length > LONGEST_BLOCK || this.places == 0) return;
    memory.copy(this.places + BLOCK, out.ptr + <usize>this.start, <usize>length);
    this.kept = version;
    this.keptLength = length;
    this.keptAt = this.added;
  }

  /** A block begins. */
  begin(out: Writer): void {
    this.start = out.length;
    this.indexed = true;
    if (!this.opened || this.told == this.limit) return;
    this.told = this.limit;
    writeInteger(out, 0x20, 5, this.limit);
    this.indexed = false; // it is not to be said again
  }

  /** A header of any name; `hash` over its name and value. */
  header(out: Writer, name: Slice, value: Slice, hash: u64): void {
    if (this.known(out, name, value, hash)) return;
    this.indexed = false;
    const at = out.length;
    writeLiteral(out, name, value);
    if (this.admit(name, value, hash)) store<u8>(out.ptr + <usize>at, 0x40);
  }

  /** A header whose name, `name`, the static table has at `index`. */
  named(out: Writer, index: u32, name: Slice, value: Slice, hash: u64): void {
    if (this.known(out, name, value, hash)) return;
    this.indexed = false;
    if (!this.admit(name, value, hash)) {
      writeNamed(out, index, value);
      return;
    }
    writeInteger(out, 0x40, 6, index);
    writeString(out, value);
  }

  free(): void {
    this.table.free();
    if (this.places) heap.free(this.places);
    this.places = 0;
  }

  /** Writes the index of a header that the table has. */
  private known(out: Writer, name: Slice, value: Slice, hash: u64): bool {
    if (this.places == 0) return false;
    const place = load<u32>(this.placeOf(hash));
    if (place >> 16 != printOf(hash)) return false;
    const age = <i32>((this.added - place) & 0xffff);
    if (age >= this.table.count) return false;
    if (!this.table.name(age).equals(name) || !this.table.value(age).equals(value)) return false;
    writeInteger(out, 0x80, 7, <u32>(STATIC_COUNT + 1 + age));
    return true;
  }

  /** Puts a header into the table that is not there, if it was seen before. False: it is not put there. */
  private admit(name: Slice, value: Slice, hash: u64): bool {
    if (name.length + value.length > <i32>this.limit / LARGEST_PART) return false;
    if (this.places == 0) {
      this.places = heap.alloc(MEMORY);
      memory.fill(this.places, 0, MEMORY);
    }
    const print = printOf(hash);
    const seen = this.places + NUMBERS + <usize>(hash & (PLACES - 1)) * 2;
    if (<u32>load<u16>(seen) != print) {
      store<u16>(seen, <u16>print);
      return false;
    }
    this.table.add(name, value);
    this.table.bury();
    this.added++;
    store<u32>(this.placeOf(hash), (print << 16) | (this.added & 0xffff));
    return true;
  }


  @inline private placeOf(hash: u64): usize {
    return this.places + <usize>(hash & (PLACES - 1)) * 4;
  }
}


@inline
function printOf(hash: u64): u32 {
  return <u32>(hash >> 48);
}

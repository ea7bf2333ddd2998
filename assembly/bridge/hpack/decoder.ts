import { Reader, Slice } from "../../bytes";
import { DynamicTable } from "./dynamic-table";
import { HeaderList } from "./header-list";
import { huffmanDecode } from "./huffman";
import { STATIC_COUNT, staticName, staticValue } from "./static-table";

const MAX_INTEGER: u32 = 1 << 28;

/** Decodes header blocks (RFC 7541, section 6) of one connection, in their order. */
export class HpackDecoder {
  private input: Reader = new Reader();
  private table: DynamicTable;

  /** @param tableSize the SETTINGS_HEADER_TABLE_SIZE that we announce; 4096 where we announce none */
  constructor(private tableSize: i32) {
    this.table = new DynamicTable(tableSize);
  }

  /**
   * Adds the headers of a whole block to `headers`; they are good until the next block, or the end of the callback.
   * @returns false for a block that is none: the connection's compression state is lost, and so is the connection
   */
  decode(block: Slice, headers: HeaderList): bool {
    const input = this.input.over(block);
    this.table.bury();
    let sizeMayChange = true;
    while (input.remaining > 0) {
      const first = input.peek();
      // Section 4.2: size updates stand at the start of a block only.
      if ((first & 0xe0) == 0x20) {
        if (!sizeMayChange || !this.resize()) return false;
        continue;
      }
      sizeMayChange = false;
      if (!(first & 0x80 ? this.indexed(headers) : this.literal(first, headers))) return false;
    }
    return input.ok;
  }

  free(): void {
    this.table.free();
  }

  /** Section 6.1: 1, index (7+). */
  private indexed(headers: HeaderList): bool {
    const index = this.integer(7);
    if (!this.known(index)) return false;
    const place = <i32>index - STATIC_COUNT - 1;
    if (place < 0) headers.add(staticName(<i32>index), staticValue(<i32>index));
    else headers.add(this.table.name(place), this.table.value(place), this.table.noteAt(place));
    return true;
  }

  /** Section 6.2: 01, index (6+) with indexing; 0000 or 0001, index (4+) without; index 0: the name follows. */
  private literal(first: u8, headers: HeaderList): bool {
    const keep = (first & 0x40) != 0;
    const index = this.integer(keep ? 6 : 4);
    if (index != 0 && !this.known(index)) return false;
    const name = index == 0 ? this.string() : this.nameOf(index);
    const value = this.string();
    if (name == null || value == null) return false;
    headers.add(name, value);
    if (keep) this.table.add(name, value);
    return true;
  }

  /** Section 6.3: 001, new size (5+). */
  private resize(): bool {
    const size = this.integer(5);
    if (!this.input.ok || size > <u32>this.tableSize) return false;
    this.table.resize(<i32>size);
    return true;
  }

  /** Section 5.2: huffman (1 bit), length (7+), bytes. */
  private string(): Slice | null {
    const huffman = (this.input.peek() & 0x80) != 0;
    const length = this.integer(7);
    if (!this.input.ok || !this.input.has(<i32>length)) return null;
    const bytes = this.input.bytes(<i32>length);
    return huffman ? huffmanDecode(bytes) : bytes;
  }

  /** Section 5.1, with `prefix` bits in the first byte. Fails the input where it is longer than any of ours can be. */
  @inline private integer(prefix: i32): u32 {
    const mask = ((<u32>1) << prefix) - 1;
    const value = (<u32>this.input.u8()) & mask;
    return value < mask ? value : this.longer(value);
  }

  private longer(prefix: u32): u32 {
    let value = prefix;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = <u32>this.input.u8();
      value += (byte & 0x7f) << shift;
      if (value > MAX_INTEGER) break;
      if ((byte & 0x80) == 0) return value;
    }
    this.input.fail();
    return 0;
  }

  private known(index: u32): bool {
    return this.input.ok && index > 0 && index <= <u32>(STATIC_COUNT + this.table.count);
  }

  private nameOf(index: u32): Slice {
    return <i32>index <= STATIC_COUNT ? staticName(<i32>index) : this.table.name(<i32>index - STATIC_COUNT - 1);
  }
}

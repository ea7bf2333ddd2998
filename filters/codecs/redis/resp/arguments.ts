import { Slice, Writer } from "meltemi/assembly";
import { Found, Line } from "./number";
import { isBlank } from "./request";

const line = new Line();
const SLOT: i32 = 8;

/**
 * The arguments of a command, the command's name among them: views into its bytes. Of a command whose end is not there
 * yet, the last one is cut short.
 */
export class Arguments {
  /** How many the command says it has; more than are read where `read` was told so. */
  total: i32 = 0;
  /** Is this an inline command? */
  inline: bool = false;
  /** Are quotes left open, or followed by no blank? Redis ends the connection of who sends that. */
  malformed: bool = false;
  private count: i32 = 0;
  /** Places and lengths. Those of inline commands are in `words`. */
  private slots: Writer = new Writer();
  private words: Writer = new Writer();
  private base: usize = 0;


  @inline get length(): i32 {
    return this.count;
  }

  /** An argument; empty where there is none. */
  at(index: i32): Slice {
    if (index < 0 || index >= this.count) return Slice.empty();
    const slot = this.slots.ptr + <usize>(index * SLOT);
    const base = this.inline ? this.words.ptr : this.base;
    return Slice.view(base + <usize>load<u32>(slot), <i32>load<u32>(slot, 4));
  }

  /** Reads the first `most` arguments of a command that a walk has found whole, or cut. */
  read(bytes: Slice, most: i32 = i32.MAX_VALUE): void {
    this.count = 0;
    this.total = 0;
    this.malformed = false;
    this.slots.reset();
    this.base = bytes.ptr;
    this.inline = bytes.length > 0 && bytes.at(0) != 0x2a;
    if (bytes.length == 0) return;
    if (this.inline) this.split(bytes);
    else if (line.read(bytes, 0) == Found.Line) this.bulks(bytes, most);
  }

  private bulks(bytes: Slice, most: i32): void {
    if (line.value <= 0 || line.value > <i64>i32.MAX_VALUE) return;
    this.total = <i32>line.value;
    let at = line.end;
    const wanted = min(most, this.total);
    while (this.count < wanted && at < bytes.length && line.read(bytes, at) == Found.Line) {
      const here = <i64>(bytes.length - line.end);
      this.add(line.end, <i32>min(line.value, here));
      if (line.value + 2 >= here) return;
      at = line.end + <i32>line.value + 2;
    }
  }

  private add(at: i32, length: i32): void {
    const slot = this.slots.reserve(SLOT);
    store<u32>(this.slots.ptr + <usize>slot, <u32>at);
    store<u32>(this.slots.ptr + <usize>slot, <u32>length, 4);
    this.count++;
  }

  /**
   * An inline command, as Redis' `sdssplitargs` reads it:
   *
   *   word = *( any but blanks and quotes / "'" *( any / "\'" ) "'" / DQUOTE *( any / "\" escape ) DQUOTE )
   *   escape = "x" hex hex / "n" / "r" / "t" / "b" / "a" / any
   */
  private split(bytes: Slice): void {
    this.words.reset();
    let at = 0;
    while (true) {
      while (at < bytes.length && isBlank(bytes.at(at)) && bytes.at(at) != 0) at++;
      if (at >= bytes.length || bytes.at(at) == 0) break;
      const start = this.words.length;
      at = this.word(bytes, at);
      if (this.malformed) return;
      this.add(start, this.words.length - start);
    }
    this.total = this.count;
  }

  private word(bytes: Slice, at: i32): i32 {
    while (at < bytes.length && !isBlank(bytes.at(at))) {
      const byte = bytes.at(at);
      if (byte != 0x22 && byte != 0x27) {
        this.words.u8(byte);
        at++;
        continue;
      }
      at = this.quoted(bytes, at + 1, byte);
      if (at >= bytes.length || !isBlank(bytes.at(at))) this.malformed = true;
      return at;
    }
    return at;
  }

  /** Up to behind the closing quote; past the end where there is none. */
  private quoted(bytes: Slice, at: i32, quote: u8): i32 {
    while (at < bytes.length) {
      const byte = bytes.at(at++);
      if (byte == quote) return at;
      if (byte != 0x5c || at >= bytes.length) {
        this.words.u8(byte);
        continue;
      }
      const escaped = bytes.at(at);
      if (quote == 0x27 && escaped != 0x27) {
        this.words.u8(byte);
      } else if (
        quote == 0x22 &&
        escaped == 0x78 &&
        at + 2 < bytes.length &&
        hex(bytes.at(at + 1)) >= 0 &&
        hex(bytes.at(at + 2)) >= 0
      ) {
        this.words.u8((hex(bytes.at(at + 1)) << 4) | hex(bytes.at(at + 2)));
        at += 3;
      } else {
        this.words.u8(quote == 0x22 ? unescaped(escaped) : escaped);
        at++;
      }
    }
    return bytes.length + 1;
  }
}

function unescaped(byte: u8): u8 {
  if (byte == 0x6e) return 0x0a;
  if (byte == 0x72) return 0x0d;
  if (byte == 0x74) return 0x09;
  if (byte == 0x62) return 0x08;
  return byte == 0x61 ? 0x07 : byte;
}

function hex(byte: u8): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

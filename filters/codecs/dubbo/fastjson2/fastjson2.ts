import { Reader, Slice, Writer } from "meltemi/assembly";
import { Entries, Serialization } from "../serialization";
import { isText, readInt, readText, writeText } from "./text";

const NULL: u8 = 0xaf;
const FALSE: u8 = 0xb0;
const TRUE: u8 = 0xb1;
const MAP: u8 = 0xa6;
const END: u8 = 0xa5;
const TYPED: u8 = 0x92;
const MESSAGE = Slice.fixed("message");

/**
 * Serialization id 23. Each value of a body is `length u32` and so many bytes of JSONB, so that no argument has to be
 * understood. Of the attachments a plain map of strings is read, and what else stands in them ends the reading.
 */
export class Fastjson2 extends Serialization {
  begin(): void {}

  text(input: Reader): Slice | null {
    const end = this.end(input);
    if (input.peek() == NULL) input.skip(1);
    else {
      const text = readText(input);
      if (input.position == end) return text;
    }
    if (input.position != end) input.fail();
    return null;
  }

  number(input: Reader): i32 {
    const end = this.end(input);
    const value = readInt(input);
    if (input.position != end) input.fail();
    return value;
  }

  skip(input: Reader, count: i32): void {
    for (let i = 0; i < count && input.ok; i++) input.seek(this.end(input));
  }

  open(input: Reader): Entries {
    if (input.remaining == 0) return Entries.None;
    const start = input.position;
    const end = this.end(input);
    if (input.ok && input.peek() == NULL && end == input.position + 1) {
      input.skip(1);
      return Entries.None;
    }
    if (input.ok && input.peek() == MAP) {
      input.skip(1);
      return Entries.Map;
    }
    if (input.ok) input.seek(start);
    return Entries.Other;
  }

  next(input: Reader): bool {
    if (input.peek() == END) {
      input.skip(1);
      return false;
    }
    this.key = this.item(input);
    this.value = this.item(input);
    return input.ok;
  }

  writeText(out: Writer, text: Slice): void {
    const mark = out.reserve(4);
    writeText(out, text);
    out.patchU32(mark, out.length - mark - 4);
  }

  writeNumber(out: Writer, value: i32): void {
    out.u32(2);
    out.u16(0xbd00 + value);
  }

  /** `92`, the class's name, the number that later objects would name it by, and the fields. */
  writeThrowable(out: Writer, name: Slice, message: Slice): void {
    const mark = out.reserve(4);
    out.u8(TYPED);
    writeText(out, name);
    out.u8(0);
    out.u8(MAP);
    writeText(out, MESSAGE);
    writeText(out, message);
    out.u8(END);
    out.patchU32(mark, out.length - mark - 4);
  }

  openMap(out: Writer): i32 {
    const mark = out.reserve(4);
    out.u8(MAP);
    return mark;
  }

  writeEntry(out: Writer, key: Slice, value: Slice): void {
    writeText(out, key);
    writeText(out, value);
  }

  closeMap(out: Writer, mark: i32): void {
    out.u8(END);
    out.patchU32(mark, out.length - mark - 4);
  }

  /** Takes the length before a value; where the value ends. */
  private end(input: Reader): i32 {
    const length = input.u32();
    if (length > <u32>input.remaining) {
      input.fail();
      return 0;
    }
    return input.position + <i32>length;
  }

  private item(input: Reader): Slice | null {
    const tag = input.peek();
    if (isText(tag)) return readText(input);
    this.whole = -1;
    if (tag == NULL || tag == FALSE || tag == TRUE) input.skip(1);
    else this.whole = readInt(input);
    return null;
  }
}

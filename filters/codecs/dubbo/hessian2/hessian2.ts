import { Reader, Slice, Writer } from "meltemi/assembly";
import { Entries, Serialization } from "../serialization";
import { cursor } from "./cursor";
import { isText, readText } from "./text";
import { forgetClasses, isWhole, readInt, readWhole, skipType, skipValues } from "./values";
import { writeText } from "./write";

const NULL: u8 = 0x4e;
const MAP: u8 = 0x48;
const TYPED_MAP: u8 = 0x4d;
const END: u8 = 0x5a;
const CLASS: u8 = 0x43;
/** An object of the body's first class. */
const FIRST_CLASS: u8 = 0x60;
/** Where java.lang.Throwable keeps its message. */
const DETAIL_MESSAGE = Slice.fixed("detailMessage");

/** Serialization id 2, Dubbo's own default. */
export class Hessian2 extends Serialization {
  begin(): void {
    forgetClasses();
  }

  text(input: Reader): Slice | null {
    cursor.enter(input);
    let text: Slice | null = null;
    if (cursor.peek() == NULL) cursor.skip(1);
    else text = readText(cursor);
    cursor.leave(input);
    return text;
  }

  number(input: Reader): i32 {
    const value = readInt(cursor.enter(input));
    cursor.leave(input);
    return value;
  }

  skip(input: Reader, count: i32): void {
    skipValues(cursor.enter(input), count);
    cursor.leave(input);
  }

  open(input: Reader): Entries {
    if (input.remaining == 0) return Entries.None;
    const tag = input.peek();
    if (tag == NULL) {
      input.skip(1);
      return Entries.None;
    }
    if (tag != MAP && tag != TYPED_MAP) return Entries.Other;
    input.skip(1);
    if (tag == TYPED_MAP) {
      skipType(cursor.enter(input));
      cursor.leave(input);
    }
    return Entries.Map;
  }

  next(input: Reader): bool {
    if (input.peek() == END) {
      input.skip(1);
      return false;
    }
    cursor.enter(input);
    this.key = this.item();
    this.value = this.item();
    cursor.leave(input);
    return input.ok;
  }

  writeText(out: Writer, text: Slice): void {
    writeText(out, text);
  }

  writeNumber(out: Writer, value: i32): void {
    out.u8(0x90 + value);
  }

  /** A class of one field, and its first object. Readers leave the fields that are not there as the class makes them. */
  writeThrowable(out: Writer, name: Slice, message: Slice): void {
    out.u8(CLASS);
    writeText(out, name);
    this.writeNumber(out, 1);
    writeText(out, DETAIL_MESSAGE);
    out.u8(FIRST_CLASS);
    writeText(out, message);
  }

  openMap(out: Writer): i32 {
    out.u8(MAP);
    return 0;
  }

  writeEntry(out: Writer, key: Slice, value: Slice): void {
    writeText(out, key);
    writeText(out, value);
  }

  closeMap(out: Writer, mark: i32): void {
    out.u8(END);
  }

  private item(): Slice | null {
    const tag = cursor.peek();
    if (isText(tag)) return readText(cursor);
    this.whole = -1;
    if (isWhole(tag)) this.whole = readWhole(cursor);
    else skipValues(cursor, 1);
    return null;
  }
}

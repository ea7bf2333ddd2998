import { Reader, Slice, Writer } from "meltemi/assembly";
import { Entries, Serialization } from "../serialization";
import { isText, readText } from "./text";
import { forgetClasses, isWhole, readInt, readWhole, skipType, skipValues } from "./values";
import { writeText } from "./write";

const NULL: u8 = 0x4e;
const MAP: u8 = 0x48;
const TYPED_MAP: u8 = 0x4d;
const END: u8 = 0x5a;

/** Serialization id 2, Dubbo's own default. */
export class Hessian2 extends Serialization {
  begin(): void {
    forgetClasses();
  }

  text(input: Reader): Slice | null {
    if (input.peek() != NULL) return readText(input);
    input.skip(1);
    return null;
  }

  number(input: Reader): i32 {
    return readInt(input);
  }

  skip(input: Reader, count: i32): void {
    skipValues(input, count);
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
    if (tag == TYPED_MAP) skipType(input);
    return Entries.Map;
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
    writeText(out, text);
  }

  writeNumber(out: Writer, value: i32): void {
    out.u8(0x90 + value);
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

  private item(input: Reader): Slice | null {
    const tag = input.peek();
    if (isText(tag)) return readText(input);
    this.whole = -1;
    if (isWhole(tag)) this.whole = readWhole(input);
    else skipValues(input, 1);
    return null;
  }
}

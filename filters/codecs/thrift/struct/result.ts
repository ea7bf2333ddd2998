// A reply's struct has at most one field: 0 is the result, any other a declared exception, none the end of a void call.
// TApplicationException = 1: message string, 2: type i32
import { Reader, Slice, Writer } from "meltemi/assembly";
import { readVarint, writeVarint, zigzag } from "../wire";

/** What `firstField` says of an empty struct. */
export const VOID: i32 = -1;

const BINARY_STRING: u8 = 11;
const BINARY_I32: u8 = 8;
const COMPACT_STRING: u8 = 8;
const COMPACT_I32: u8 = 5;
const TYPE_FIELD: i32 = 2;

let fieldType: u8 = 0;

/** The id of the first field of the struct that `input` stands at. */
export function firstField(input: Reader, compact: bool): i32 {
  return nextField(input, compact, 0);
}

/** The id of the next field, whose type is in `fieldType`; `VOID` at the struct's end. */
function nextField(input: Reader, compact: bool, last: i32): i32 {
  const head = input.u8();
  fieldType = compact ? head & 15 : head;
  if (fieldType == 0) return VOID;
  if (!compact) return <i32>input.u16();
  return head >> 4 ? last + <i32>(head >> 4) : (<i32>zigzag(readVarint(input))) & 0xffff;
}

/** The type that a TApplicationException says, zero («unknown») where it says none. */
export function applicationExceptionType(input: Reader, compact: bool): i32 {
  let id = 0;
  while (true) {
    id = nextField(input, compact, id);
    if (id == VOID || !input.ok) return 0;
    if (fieldType == (compact ? COMPACT_STRING : BINARY_STRING)) {
      const length = compact ? readVarint(input) : <u64>input.u32();
      if (length > <u64>input.remaining) return 0;
      input.skip(<i32>length);
    } else if (fieldType == (compact ? COMPACT_I32 : BINARY_I32)) {
      const value = compact ? <i32>zigzag(readVarint(input)) : <i32>input.u32();
      if (id == TYPE_FIELD) return input.ok ? value : 0;
    } else return 0;
  }
}

/** @param type not negative */
export function writeApplicationException(out: Writer, compact: bool, message: Slice, type: u32): void {
  if (compact) {
    out.u8(0x10 | COMPACT_STRING);
    writeVarint(out, message.length);
    out.bytes(message);
    out.u8(0x10 | COMPACT_I32);
    writeVarint(out, type << 1);
  } else {
    out.u8(BINARY_STRING);
    out.u16(1);
    out.u32(message.length);
    out.bytes(message);
    out.u8(BINARY_I32);
    out.u16(TYPE_FIELD);
    out.u32(type);
  }
  out.u8(0);
}

// thrift-compact-protocol.md:
//   struct = field* 00          field = delta<<4|type u8, where delta is 0: id zigzag varint; value (of a boolean: the type)
//   string, binary = length varint, bytes        list, set = count<<4|type u8, where count is 15: count varint; values
//   map = count varint, where it is not 0: key type<<4|value type u8, pairs      i16, i32, i64 = zigzag varint
import { Reader } from "meltemi/assembly";
import { readVarint } from "../wire";
import { Open, Values, Walked } from "./values";

const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

const LONG_LIST: u64 = 15;

export class CompactValues extends Values {
  field(input: Reader, walk: Open): Walked {
    const head = input.u8();
    if (!input.ok) return Walked.More;
    const type = head & 15;
    if (type == STOP) return walk.closeStruct();
    if (head >> 4 == 0) readVarint(input);
    if (type == TRUE || type == FALSE) return input.ok ? Walked.Next : Walked.More;
    return this.value(input, type, walk);
  }

  value(input: Reader, type: u8, walk: Open): Walked {
    if (type >= I16 && type <= I64) {
      readVarint(input);
      return input.ok ? Walked.Next : Walked.More;
    }
    if (type == STRUCT) return input.ok ? walk.openStruct() : Walked.More;
    const size = sizeOf(type);
    if (size > 0) return input.ok ? walk.skip(size) : Walked.More;
    if (type == BINARY) {
      const length = readVarint(input);
      return input.ok ? walk.skip(length) : Walked.More;
    }
    if (type == MAP) return map(input, walk);
    return type == LIST || type == SET ? list(input, walk) : Walked.Bad;
  }
}

function list(input: Reader, walk: Open): Walked {
  const head = input.u8();
  let count = <u64>(head >> 4);
  if (count == LONG_LIST) count = readVarint(input);
  if (!input.ok) return Walked.More;
  return many(walk, count, head & 15, head & 15, 1);
}

function map(input: Reader, walk: Open): Walked {
  const count = readVarint(input);
  const types = input.ok && count > 0 ? input.u8() : 0;
  if (!input.ok) return Walked.More;
  return many(walk, count, types >> 4, types & 15, 2);
}

function many(walk: Open, count: u64, key: u8, value: u8, each: u64): Walked {
  if (count > <u64>i32.MAX_VALUE) return Walked.Bad;
  const sizes = sizeOf(key) > 0 && sizeOf(value) > 0 ? sizeOf(key) + (each == 2 ? sizeOf(value) : 0) : 0;
  return sizes > 0 ? walk.skip(sizes * count) : walk.open(count * each, key, value);
}

/** Bytes of a type in a collection, where its number tells; zero for the others. A boolean there is a byte. */
@inline
function sizeOf(type: u8): u64 {
  if (type == TRUE || type == FALSE || type == BYTE) return 1;
  if (type == DOUBLE) return 8;
  return type == UUID ? 16 : 0;
}

// thrift-binary-protocol.md:
//   struct = field* 00          field = type u8, id i16, value
//   string, binary = length i32, bytes      list, set = type u8, count i32, values      map = two types, count i32, pairs
import { Reader } from "meltemi/assembly";
import { Open, Values, Walked } from "./values";

const STOP: u8 = 0;
const STRING: u8 = 11;
const STRUCT: u8 = 12;
const MAP: u8 = 13;
const SET: u8 = 14;
const LIST: u8 = 15;

/** Bytes of each type whose size its number tells; zero for the others. */
const SIZES: StaticArray<u8> = [0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 0, 0, 0, 0, 0, 16];

export class BinaryValues extends Values {
  field(input: Reader, walk: Open): Walked {
    const type = input.u8();
    if (!input.ok) return Walked.More;
    if (type == STOP) return walk.closeStruct();
    input.skip(2);
    return this.value(input, type, walk);
  }

  value(input: Reader, type: u8, walk: Open): Walked {
    if (type == STRUCT) return input.ok ? walk.openStruct() : Walked.More;
    const size = sizeOf(type);
    if (size > 0) return input.ok ? walk.skip(size) : Walked.More;
    if (type == STRING) {
      const length = input.u32();
      return input.ok ? walk.skip(length) : Walked.More;
    }
    if (type == MAP) return map(input, walk);
    return type == LIST || type == SET ? list(input, walk) : Walked.Bad;
  }
}

function list(input: Reader, walk: Open): Walked {
  const type = input.u8();
  const count = <u64>input.u32();
  if (!input.ok) return Walked.More;
  const size = sizeOf(type);
  return size > 0 ? walk.skip(size * count) : many(walk, count, type, type, 1);
}

function map(input: Reader, walk: Open): Walked {
  const key = input.u8();
  const value = input.u8();
  const count = <u64>input.u32();
  if (!input.ok) return Walked.More;
  const sizes = sizeOf(key) > 0 && sizeOf(value) > 0 ? sizeOf(key) + sizeOf(value) : 0;
  return sizes > 0 ? walk.skip(sizes * count) : many(walk, count, key, value, 2);
}

function many(walk: Open, count: u64, key: u8, value: u8, each: u64): Walked {
  return count <= <u64>i32.MAX_VALUE ? walk.open(count * each, key, value) : Walked.Bad;
}


@inline
function sizeOf(type: u8): u64 {
  return <i32>type < SIZES.length ? <u64>unchecked(SIZES[type]) : 0;
}

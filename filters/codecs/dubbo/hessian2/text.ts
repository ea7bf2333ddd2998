// string ::= [x00-x1f] <utf8>          length 0-31
//        ::= [x30-x33] b0 <utf8>       length 0-1023
//        ::= x53 b1 b0 <utf8>          the last chunk
//        ::= x52 b1 b0 <utf8> string   a chunk, and more
// Lengths count UTF-16 code units. A character beyond U+FFFF is two of them, which Java's and Node's encoders write as
// two surrogates of three bytes each (CESU-8) and others as the four bytes of UTF-8. Attributes are UTF-8 throughout.
import { Slice } from "meltemi/assembly";
import { arenaTake } from "meltemi/assembly/bytes";
import { Cursor } from "./cursor";

/** A longer text in chunks is no attribute: no attribute of that length becomes a header. */
const MAX_GATHERED: i32 = 8192;

/** Whether the last `span` met a surrogate. */
let surrogates: bool = false;


@inline
export function isText(tag: u8): bool {
  return tag < 0x20 || (tag & 0xfc) == 0x30 || tag == 0x52 || tag == 0x53;
}

/** Reads a string as UTF-8; null for one that is long and in chunks. Fails the input where there is none. */
export function readText(input: Cursor): Slice | null {
  const first = input.pointer;
  let last = takeChunk(input);
  if (last) {
    const start = input.pointer;
    const plain = Slice.view(start, chunk(input));
    return surrogates ? joined(plain) : plain;
  }
  let size = 0;
  do {
    size += chunk(input);
    last = takeChunk(input);
  } while (!last && input.ok);
  size += chunk(input);
  if (!input.ok || size > MAX_GATHERED) return null;
  return gather(input, first, size);
}

export function skipText(input: Cursor): void {
  let last = takeChunk(input);
  while (!last && input.ok) {
    chunk(input);
    last = takeChunk(input);
  }
  chunk(input);
}

/** Code units of the chunk whose head `takeChunk` took. */
let units: i32 = 0;

/** Takes the head of a chunk; whether it is the last one. */
function takeChunk(input: Cursor): bool {
  const tag = input.u8();
  units = 0;
  if (tag < 0x20) units = tag;
  else if ((tag & 0xfc) == 0x30) units = ((<i32>(tag & 3)) << 8) | (<i32>input.u8());
  else if (tag == 0x53 || tag == 0x52) units = input.u16();
  else input.fail();
  return tag != 0x52;
}

/** Takes a chunk's bytes; how many they are. Where they begin is where the input stood. */
function chunk(input: Cursor): i32 {
  const length = span(input.pointer, input.limit, units);
  if (length < 0 || !input.ok) {
    input.fail();
    return 0;
  }
  input.moveTo(input.pointer + <usize>length);
  return length;
}

/** Bytes that `count` code units take, or -1 where they are no text. */
function span(start: usize, end: usize, count: i32): i32 {
  let at = start;
  surrogates = false;
  while (count > 0) {
    while (at + 8 <= end && isAscii(load<u64>(at), count)) {
      const passed = min(count, 8);
      at += <usize>passed;
      count -= passed;
      if (count == 0) return <i32>(at - start);
    }
    if (at >= end) return -1;
    const lead = load<u8>(at);
    if (lead < 0x80) at += 1;
    else if (lead < 0xc0) return -1;
    else if (lead < 0xe0) at += 2;
    else if (lead < 0xf0) {
      if (lead == 0xed && at + 1 < end && load<u8>(at, 1) >= 0xa0) surrogates = true;
      at += 3;
    } else if (lead < 0xf8 && count > 1) {
      at += 4;
      count--;
    } else return -1;
    count--;
  }
  return at <= end ? <i32>(at - start) : -1;
}

/** Are the first `count` of these eight bytes ASCII, or all of them where it is more? */
@inline
function isAscii(word: u64, count: i32): bool {
  const high = word & 0x8080808080808080;
  const others = <u64>(64 - 8 * count);
  return high == 0 || (count < 8 && high << others == 0);
}

/** The chunks from `first` on in one piece. */
function gather(input: Cursor, first: usize, size: i32): Slice {
  const ptr = arenaTake(<usize>size);
  let length = 0;
  let last = false;
  let joins = false;
  input.moveTo(first);
  while (!last) {
    last = takeChunk(input);
    const start = input.pointer;
    const taken = chunk(input);
    if (surrogates) joins = true;
    memory.copy(ptr + <usize>length, start, <usize>taken);
    length += taken;
  }
  const whole = Slice.view(ptr, size);
  return joins ? joined(whole) : whole;
}

/** Pairs of surrogates made four bytes of UTF-8. A lone one stays as it is. */
function joined(text: Slice): Slice {
  const ptr = arenaTake(<usize>text.length);
  let to = ptr;
  let at = text.ptr;
  while (at < text.end) {
    const high = surrogate(at, text.end, 0xa0);
    const low = high >= 0 ? surrogate(at + 3, text.end, 0xb0) : -1;
    if (low >= 0) {
      const point: u32 = 0x10000 + (((<u32>high) << 10) | (<u32>low));
      store<u8>(to, 0xf0 | (point >> 18));
      store<u8>(to, 0x80 | ((point >> 12) & 0x3f), 1);
      store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 2);
      store<u8>(to, 0x80 | (point & 0x3f), 3);
      to += 4;
      at += 6;
    } else {
      store<u8>(to++, load<u8>(at++));
    }
  }
  return Slice.view(ptr, <i32>(to - ptr));
}

/** The ten bits of a surrogate at `at` whose second byte begins at `from`, or -1. */
function surrogate(at: usize, end: usize, from: u8): i32 {
  if (at + 3 > end || load<u8>(at) != 0xed || (load<u8>(at, 1) & 0xf0) != from) return -1;
  return (((<i32>load<u8>(at, 1)) & 0x0f) << 6) | ((<i32>load<u8>(at, 2)) & 0x3f);
}

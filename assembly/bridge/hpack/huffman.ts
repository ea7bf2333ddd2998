import { arenaTake, Slice } from "../../bytes";

// RFC 7541, appendix B, as the length of each symbol's code: the code is canonical, so the lengths give all of it.
// prettier-ignore
const LENGTHS: StaticArray<u8> = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];
const SHORTEST: i32 = 5;
const LONGEST: i32 = 30;

// For each code length: its first code, how many codes there are, and where their symbols start in SYMBOLS.
const FIRST = new StaticArray<u32>(LONGEST + 1);
const COUNT = new StaticArray<u32>(LONGEST + 1);
const OFFSET = new StaticArray<u32>(LONGEST + 1);
const SYMBOLS = new StaticArray<u8>(256);
// Codes of at most eight bits, which are nearly all that occur: the next eight bits → symbol, length (zero: longer).
const QUICK = new StaticArray<u16>(256);

for (let i = 0; i < 256; i++) COUNT[LENGTHS[i]]++;
let code: u32 = 0;
let offset: u32 = 0;
for (let length = SHORTEST; length <= LONGEST; length++) {
  FIRST[length] = code;
  OFFSET[length] = offset;
  for (let symbol = 0; symbol < 256; symbol++) {
    if (LENGTHS[symbol] != length) continue;
    SYMBOLS[offset++] = <u8>symbol;
    if (length <= 8) {
      const spare = 8 - length;
      for (let rest: u32 = 0; rest < 1 << spare; rest++) QUICK[(code << spare) | rest] = <u16>((symbol << 4) | length);
    }
    code++;
  }
  code <<= 1;
}

// Two symbols at a time, where their codes are short enough: the next bits → both symbols, their length, how many they are.
const STEP_BITS: u32 = 12;
const STEPS = new StaticArray<u32>(1 << STEP_BITS);

for (let next: u32 = 0; next < 1 << STEP_BITS; next++) {
  const first = <u32>QUICK[next >> 4];
  const length = first & 15;
  if (length == 0) continue;
  const second = <u32>QUICK[((next << length) >> 4) & 0xff];
  const both = length + (second & 15);
  if ((second & 15) == 0 || both > STEP_BITS) STEPS[next] = (1 << 24) | (length << 16) | (first >> 4);
  else STEPS[next] = (2 << 24) | (both << 16) | ((second >> 4) << 8) | (first >> 4);
}

/**
 * Decodes a Huffman-coded string (RFC 7541, section 5.2); null where it is none: padding of more than seven bits or
 * other than ones, or the end-of-string symbol. The result is good until the callback returns.
 */
export function huffmanDecode(coded: Slice): Slice | null {
  // A step stores two bytes always, though it be for one symbol.
  const start = arenaTake((<usize>coded.length * 8) / SHORTEST + 2);
  const end = coded.end;
  let out = start;
  let at = coded.ptr;
  // The next bits, from the highest down; only the first `held` of them count.
  let bits: u64 = 0;
  let held = 0;
  while (true) {
    if (at + 8 <= end) {
      // Bits past `held` may be there already, from the byte that is read again here: they are the same.
      bits |= bswap<u64>(load<u64>(at)) >> (<u64>held);
      at += <usize>((63 - held) >> 3);
      held |= 56;
    } else {
      for (; held <= 56 && at < end; held += 8) {
        const next = <u64>load<u8>(at++);
        bits |= (next << 56) >> (<u64>held);
      }
    }
    // Nearly all of nearly every string is done here.
    while (held >= <i32>STEP_BITS) {
      const step = unchecked(STEPS[<u32>(bits >> (<u64>(64 - STEP_BITS)))]);
      if (step == 0) break;
      store<u16>(out, <u16>step);
      out += <usize>(step >> 24);
      const passed = (step >> 16) & 0xff;
      bits <<= <u64>passed;
      held -= <i32>passed;
    }
    let length = 0;
    while (held >= SHORTEST) {
      const quick = <u32>unchecked(QUICK[<u32>(bits >> 56)]);
      length = <i32>(quick & 15);
      if (length == 0 || length > held) break;
      store<u8>(out++, <u8>(quick >> 4));
      bits <<= <u64>length;
      held -= length;
    }
    if (at < end && held < LONGEST) continue;
    if (length > 0 || held < SHORTEST) break;
    let long = 9;
    let index: u32 = 0;
    for (; long <= LONGEST; long++) {
      index = <u32>(bits >> (<u64>(64 - long))) - unchecked(FIRST[long]);
      if (index < unchecked(COUNT[long])) break;
    }
    if (long > LONGEST || long > held) break;
    store<u8>(out++, unchecked(SYMBOLS[unchecked(OFFSET[long]) + index]));
    bits <<= <u64>long;
    held -= long;
  }
  // What is left is padding.
  if (held >= 8) return null;
  const ones = ((<u64>1) << (<u64>held)) - 1;
  return held == 0 || bits >> (<u64>(64 - held)) == ones ? Slice.view(start, <i32>(out - start)) : null;
}

/** The digit `0-9a-f` of a value below 16. */
@inline
export function lowerHexDigit(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x57 + value);
}

const PAIRS: usize = memory.data(512);
for (let i: u32 = 0; i < 256; i++) {
  store<u8>(PAIRS + 2 * <usize>i, lowerHexDigit(i >> 4));
  store<u8>(PAIRS + 2 * <usize>i, lowerHexDigit(i & 15), 1);
}

/** Both digits of a byte, to be stored as they are. */
@inline
export function lowerHexPair(value: u8): u16 {
  return load<u16>(PAIRS + 2 * <usize>value);
}

/** The digit `0-9A-F` of a value below 16. */
@inline
export function upperHexDigit(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x37 + value);
}

/** The value of a hex digit; -1 where it is none. */
export function hexValue(digit: u8): i32 {
  if (digit >= 0x30 && digit <= 0x39) return <i32>digit - 0x30;
  const letter = (<i32>digit) | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

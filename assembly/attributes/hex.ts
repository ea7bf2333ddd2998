/** The digit `0-9a-f` of a value below 16. */
@inline
export function lowerHexDigit(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x57 + value);
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

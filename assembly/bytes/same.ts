/** Are these `length` bytes, zero or more, the same at both places? */
export function sameBytes(one: usize, other: usize, length: i32): bool {
  if (length >= 8) {
    // The last eight bytes may be compared twice in part.
    const last = <usize>(length - 8);
    for (let at: usize = 0; at < last; at += 8) if (load<u64>(one + at) != load<u64>(other + at)) return false;
    return load<u64>(one + last) == load<u64>(other + last);
  }
  if (length >= 4) {
    const last = <usize>(length - 4);
    return load<u32>(one) == load<u32>(other) && load<u32>(one + last) == load<u32>(other + last);
  }
  for (let at: usize = 0; at < <usize>length; at++) if (load<u8>(one + at) != load<u8>(other + at)) return false;
  return true;
}

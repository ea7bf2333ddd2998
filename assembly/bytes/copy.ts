// A call of `memory.copy` leaves V8's compiled code; up to this length it costs more than the copy itself.
const SHORT: i32 = 64;

/** Copies `length` bytes, zero or more, between places that do not overlap. */
export function copyBytes(to: usize, from: usize, length: i32): void {
  if (length > SHORT) {
    memory.copy(to, from, <usize>length);
    return;
  }
  if (length >= 8) {
    // The last eight bytes may be copied twice in part.
    const last = <usize>(length - 8);
    for (let at: usize = 0; at < last; at += 8) store<u64>(to + at, load<u64>(from + at));
    store<u64>(to + last, load<u64>(from + last));
    return;
  }
  if (length >= 4) {
    const last = <usize>(length - 4);
    store<u32>(to, load<u32>(from));
    store<u32>(to + last, load<u32>(from + last));
    return;
  }
  for (let at: usize = 0; at < <usize>length; at++) store<u8>(to + at, load<u8>(from + at));
}

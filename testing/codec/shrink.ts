const MOST_TRIES = 1000;

/** Takes out of bytes whatever they fail without, large parts before small ones; what is left fails too. */
export function shrink(bytes: Uint8Array, fails: (bytes: Uint8Array) => boolean): Uint8Array {
  let smallest = bytes;
  let tries = MOST_TRIES;
  for (let size = smallest.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= smallest.length && tries > 0; ) {
      const candidate = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      tries--;
      if (fails(candidate)) smallest = candidate;
      else at += size;
    }
  }
  return smallest;
}

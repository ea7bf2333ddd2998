import { currentTimeNanoseconds } from "meltemi/assembly";

let last: u64 = 0;
let behind: u64 = 0;

/** Microseconds that never go back: the proxy's clock is the wall's, which may be set. */
export function now(): u64 {
  const time = currentTimeNanoseconds() / 1000;
  if (time < last) behind += last - time;
  last = time;
  return time + behind;
}

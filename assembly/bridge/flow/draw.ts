import { currentTimeNanoseconds } from "../../hostcalls";

let state: u64 = 0;

/** A number below `bound`, each as likely as any other (splitmix64). */
function below(bound: u32): u32 {
  if (state == 0) state = currentTimeNanoseconds() | 1;
  state += 0x9e3779b97f4a7c15;
  let bits = state;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  bits ^= bits >> 31;
  return <u32>(((bits >> 32) * <u64>bound) >> 32);
}

/**
 * Draws a cell by its width.
 * @param sums the widths, added up; empty: there is one cell
 */
export function draw(sums: Array<u32>): i32 {
  const last = sums.length - 1;
  if (last <= 0) return 0;
  const at = below(unchecked(sums[last]));
  let cell = 0;
  while (cell < last && at >= unchecked(sums[cell])) cell++;
  return cell;
}

/** `value` give or take a fifth. */
export function jittered(value: i32): i32 {
  return value - value / 5 + <i32>below(<u32>(value / 5) * 2 + 1);
}

import { currentTimeNanoseconds } from "../hostcalls";

// Asking the proxy costs as much as a small frame's parsing, so each callback asks once.
let at: i64 = 0;

/** A callback begins. */
export function newMoment(): void {
  at = 0;
}

/** Milliseconds since 1970, the same all through a callback. */
export function now(): i64 {
  if (at == 0) at = <i64>(currentTimeNanoseconds() / 1000000);
  return at;
}

import { Slice } from "meltemi/assembly";

const MAX_DIGITS: i32 = 18;

/** What `Line.read` found. */
export enum Found {
  More,
  Line,
  Bad,
}

/**
 * A header line of RESP: one byte that says what follows, and a number.
 *
 *   line = type "0" CRLF / type [ "-" ] nonzero-digit *digit CRLF
 *
 * Redis takes no leading zeros and no plus sign either.
 */
export class Line {
  value: i64 = 0;
  /** Where the next thing begins. */
  end: i32 = 0;

  /** Reads the line at `at`, its type byte included. */
  read(bytes: Slice, at: i32): Found {
    let i = at + 1;
    let negative = false;
    if (i < bytes.length && bytes.at(i) == 0x2d) {
      negative = true;
      i++;
    }
    const digits = i;
    let value: i64 = 0;
    while (i < bytes.length) {
      const digit = <i32>bytes.at(i) - 0x30;
      if (digit < 0 || digit > 9) break;
      if (i - digits >= MAX_DIGITS || (i > digits && value == 0)) return Found.Bad;
      value = value * 10 + <i64>digit;
      i++;
    }
    if (i >= bytes.length) return Found.More;
    if (i == digits || bytes.at(i) != 0x0d) return Found.Bad;
    if (i + 1 >= bytes.length) return Found.More;
    if (bytes.at(i + 1) != 0x0a || (negative && value == 0)) return Found.Bad;
    this.value = negative ? -value : value;
    this.end = i + 2;
    return Found.Line;
  }
}

/** The whole number that an argument says, or `otherwise`. */
export function integerOf(text: Slice, otherwise: i32): i32 {
  if (text.length == 0 || text.length > 9) return otherwise;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = <i32>text.at(i) - 0x30;
    if (digit < 0 || digit > 9) return otherwise;
    value = value * 10 + digit;
  }
  return value;
}

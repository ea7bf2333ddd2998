/** Character classes of RE2 as sets of code points, so that negation and case folding need no engine flags. */
export type Range = readonly [low: number, high: number];

const MAX = 0x10ffff;

export const DIGIT: readonly Range[] = [[0x30, 0x39]];
export const WORD: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
/** RE2's \s: unlike JavaScript's it has ASCII only, and no vertical tab. */
export const SPACE: readonly Range[] = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];

/** The `[:name:]` classes. */
export const POSIX: Readonly<Record<string, readonly Range[]>> = {
  alnum: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  ascii: [[0, 0x7f]],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: DIGIT,
  graph: [[0x21, 0x7e]],
  lower: [[0x61, 0x7a]],
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  upper: [[0x41, 0x5a]],
  word: WORD,
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};

/** Everything that is in none of the ranges. */
export function complement(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const rest: Range[] = [];
  let next = 0;
  for (const [low, high] of sorted) {
    if (low > next) rest.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= MAX) rest.push([next, MAX]);
  return rest;
}

/** Adds the other case of every ASCII letter. */
export function foldCase(ranges: readonly Range[]): Range[] {
  const folded = [...ranges];
  for (const [low, high] of ranges) {
    addOverlap(folded, low, high, 0x41, 0x5a, 0x20);
    addOverlap(folded, low, high, 0x61, 0x7a, -0x20);
  }
  return folded;
}

/** The ranges as the inside of a JavaScript class, for a pattern with the `u` flag. */
export function classSource(ranges: readonly Range[]): string {
  return ranges.map(([low, high]) => (low === high ? escaped(low) : `${escaped(low)}-${escaped(high)}`)).join("");
}

function addOverlap(into: Range[], low: number, high: number, from: number, to: number, shift: number): void {
  const first = Math.max(low, from);
  const last = Math.min(high, to);
  if (first <= last) into.push([first + shift, last + shift]);
}

function escaped(point: number): string {
  return `\\u{${point.toString(16)}}`;
}

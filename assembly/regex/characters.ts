/** The last code point of Unicode. */
export const LAST: i32 = 0x10ffff;

/** A set of code points: ranges with both their ends in them. */
export class Characters {
  private ranges: Array<i32> = [];

  /** One range; with `fold`, ASCII letters of the other case too. */
  add(low: i32, high: i32, fold: bool = false): Characters {
    this.ranges.push(low);
    this.ranges.push(high);
    if (fold) {
      this.shifted(low, high, 0x41, 0x5a, 0x20);
      this.shifted(low, high, 0x61, 0x7a, -0x20);
    }
    return this;
  }

  /** All that the other has. */
  addAll(other: Characters): void {
    for (let i = 0; i < other.ranges.length; i++) this.ranges.push(other.ranges[i]);
  }

  /** All that this has not. */
  complement(): Characters {
    const out = new Characters();
    for (let next: i32 = 0; next <= LAST;) {
      // The nearest range that has `next`, or begins behind it.
      let low = LAST + 1;
      let high = LAST;
      for (let i = 0; i < this.ranges.length; i += 2) {
        if (this.ranges[i + 1] < next || this.ranges[i] > low) continue;
        if (this.ranges[i] < low || this.ranges[i + 1] > high) high = this.ranges[i + 1];
        low = this.ranges[i];
      }
      if (low > next) out.add(next, low - 1);
      next = high + 1;
    }
    return out;
  }

  /** Is it one of them? */
  has(point: i32): bool {
    for (let i = 0; i < this.ranges.length; i += 2) {
      if (unchecked(this.ranges[i]) <= point && point <= unchecked(this.ranges[i + 1])) return true;
    }
    return false;
  }

  private shifted(low: i32, high: i32, first: i32, last: i32, by: i32): void {
    const from = max(low, first);
    const to = min(high, last);
    if (from > to) return;
    this.ranges.push(from + by);
    this.ranges.push(to + by);
  }
}

/** What `\d`, `\s`, `\w` and their opposites stand for; null for any other letter. */
export function perlClass(letter: i32): Characters | null {
  const small = letter | 0x20;
  let found: Characters;
  if (small == 0x64) found = posixClass("digit")!;
  // RE2's \s has no vertical tab.
  else if (small == 0x73) found = new Characters().add(0x09, 0x0a).add(0x0c, 0x0d).add(0x20, 0x20);
  else if (small == 0x77) found = posixClass("word")!;
  else return null;
  return letter == small ? found : found.complement();
}

/** What `[:name:]` stands for; null where there is no such class. */
export function posixClass(name: string): Characters | null {
  const out = new Characters();
  if (name == "alnum") return out.add(0x30, 0x39).add(0x41, 0x5a).add(0x61, 0x7a);
  if (name == "alpha") return out.add(0x41, 0x5a).add(0x61, 0x7a);
  if (name == "ascii") return out.add(0, 0x7f);
  if (name == "blank") return out.add(0x09, 0x09).add(0x20, 0x20);
  if (name == "cntrl") return out.add(0, 0x1f).add(0x7f, 0x7f);
  if (name == "digit") return out.add(0x30, 0x39);
  if (name == "graph") return out.add(0x21, 0x7e);
  if (name == "lower") return out.add(0x61, 0x7a);
  if (name == "print") return out.add(0x20, 0x7e);
  if (name == "punct") return out.add(0x21, 0x2f).add(0x3a, 0x40).add(0x5b, 0x60).add(0x7b, 0x7e);
  if (name == "space") return out.add(0x09, 0x0d).add(0x20, 0x20);
  if (name == "upper") return out.add(0x41, 0x5a);
  if (name == "word") return out.add(0x30, 0x39).add(0x41, 0x5a).add(0x61, 0x7a).add(0x5f, 0x5f);
  if (name == "xdigit") return out.add(0x30, 0x39).add(0x41, 0x46).add(0x61, 0x66);
  return null;
}

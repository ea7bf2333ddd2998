import { Characters, LAST, perlClass, posixClass } from "./characters";
import { Assertion, Kind, Node } from "./node";

/*
 * RE2's syntax (https://github.com/google/re2/wiki/Syntax):
 *
 *   pattern := branch ('|' branch)*      branch := (atom repeat?)*
 *   repeat  := ('*' | '+' | '?' | '{' n (',' m?)? '}') '?'?
 *   atom    := literal | '.' | '^' | '$' | class | escape | '(' ('?:' | '?P<' name '>' | '?' flags ':')? pattern ')'
 *
 * Which of several ways a repetition takes first (`*?`, `(?U)`) makes no difference to whether a text matches.
 */

const BACKSLASH: i32 = 0x5c;
const NOTHING: i32 = -1;
/** Groups within groups: the parser calls itself for each. */
const DEEPEST: i32 = 100;
/** RE2's limit of counted repetitions. */
const MOST_REPETITIONS: i32 = 1000;

class Flags {
  constructor(
    public ignoreCase: bool = false,
    public lines: bool = false,
    public dotAll: bool = false,
  ) {}

  copy(): Flags {
    return new Flags(this.ignoreCase, this.lines, this.dotAll);
  }
}

/** Reads one expression. */
export class Parser {
  /** What is wrong with it; empty where nothing is. */
  fault: string = "";
  private points: Array<i32> = [];
  private at: i32 = 0;
  private depth: i32 = 0;

  constructor(source: string) {
    for (let i = 0; i < source.length; i++) {
      const point = source.codePointAt(i);
      this.points.push(point);
      if (point > 0xffff) i++;
    }
  }

  /** What it says; null where there is a fault. */
  parse(): Node | null {
    const node = this.pattern(new Flags());
    if (this.at < this.points.length) this.fail("unexpected )");
    return this.fault == "" ? node : null;
  }

  /** Up to the end, or to a `)` that was not opened here. */
  private pattern(flags: Flags): Node {
    const branches = new Node(Kind.Any);
    let branch = new Node(Kind.All);
    while (this.at < this.points.length && this.peek() != 0x29 && this.fault == "") {
      if (this.take(0x7c)) {
        branches.parts.push(branch);
        branch = new Node(Kind.All);
        continue;
      }
      const atom = this.atom(flags);
      if (atom != null) branch.parts.push(this.repeated(atom));
    }
    branches.parts.push(branch);
    return branches.parts.length == 1 ? branch : branches;
  }

  /** Null where it is flags for what follows. */
  private atom(flags: Flags): Node | null {
    const point = this.next();
    switch (point) {
      case 0x2e: {
        const all = new Characters();
        return Node.of(flags.dotAll ? all.add(0, LAST) : all.add(0x0a, 0x0a).complement());
      }
      case 0x5e:
        return Node.at(flags.lines ? Assertion.LineBegins : Assertion.TextBegins);
      case 0x24:
        return Node.at(flags.lines ? Assertion.LineEnds : Assertion.TextEnds);
      case 0x5b:
        return Node.of(this.characterClass(flags));
      case 0x28:
        return this.group(flags);
      case BACKSLASH:
        return this.escape(flags);
      case 0x2a:
      case 0x2b:
      case 0x3f:
        this.fail("no argument for repetition operator");
        return null;
      default:
        this.at--;
        if (this.counted()) this.fail("no argument for repetition operator");
        this.at++;
        return literal(point, flags);
    }
  }

  private repeated(atom: Node): Node {
    const point = this.peek();
    let least: i32 = 0;
    let most: i32 = NOTHING;
    if (point == 0x2a) this.at++;
    else if (point == 0x2b) {
      least = 1;
      this.at++;
    } else if (point == 0x3f) {
      most = 1;
      this.at++;
    } else if (this.counted()) {
      this.at++;
      least = this.decimal();
      most = least;
      if (this.take(0x2c)) most = this.peek() == 0x7d ? NOTHING : this.decimal();
      this.at++;
      if (least > MOST_REPETITIONS || most > MOST_REPETITIONS || (most != NOTHING && most < least))
        this.fail("invalid repetition size");
    } else return atom;
    this.take(0x3f);
    const next = this.peek();
    if (next == 0x2a || next == 0x2b || next == 0x3f || this.counted()) this.fail("bad repetition operator");
    return Node.repeated(atom, least, most);
  }

  /** Whether `{n}`, `{n,}` or `{n,m}` comes; any other `{` is itself. */
  private counted(): bool {
    if (this.peek() != 0x7b) return false;
    let i = this.at + 1;
    const digits = i;
    while (this.digitAt(i)) i++;
    if (i == digits) return false;
    if (this.pointAt(i) == 0x2c) {
      i++;
      while (this.digitAt(i)) i++;
    }
    return this.pointAt(i) == 0x7d;
  }

  private decimal(): i32 {
    let value: i32 = 0;
    for (; this.digitAt(this.at); this.at++) value = min(value * 10 + this.peek() - 0x30, MOST_REPETITIONS + 1);
    return value;
  }

  private group(outer: Flags): Node | null {
    let flags = outer.copy();
    if (this.take(0x3f) && !this.take(0x3a)) {
      if (this.peek() == 0x50 || this.peek() == 0x3c) this.groupName();
      else {
        if (!this.flags(flags)) return null;
        if (this.pointAt(this.at - 1) == 0x29) {
          outer.ignoreCase = flags.ignoreCase;
          outer.lines = flags.lines;
          outer.dotAll = flags.dotAll;
          return null;
        }
      }
    }
    if (++this.depth > DEEPEST) this.fail("expression nests too deeply");
    if (this.fault != "") return null;
    const inner = this.pattern(flags);
    this.depth--;
    if (!this.take(0x29)) this.fail("missing )");
    return inner;
  }

  private groupName(): void {
    this.take(0x50);
    if (!this.take(0x3c)) return this.fail("invalid group");
    const from = this.at;
    while (isWord(this.peek())) this.at++;
    if (this.at == from || !this.take(0x3e)) this.fail("invalid group, such as lookaround, which RE2 has not");
  }

  /** `ims-U:` or `i)`, the last one included; false where it is something else. */
  private flags(flags: Flags): bool {
    const from = this.at;
    let on = true;
    let point = this.next();
    while (point != 0x3a && point != 0x29) {
      if (point == 0x2d && on) on = false;
      else if (point == 0x69) flags.ignoreCase = on;
      else if (point == 0x6d) flags.lines = on;
      else if (point == 0x73) flags.dotAll = on;
      else if (point != 0x55) break;
      point = this.next();
    }
    if ((point == 0x3a || point == 0x29) && this.at - from > 1) return true;
    this.fail("invalid group, such as lookaround, which RE2 has not");
    return false;
  }

  private escape(flags: Flags): Node {
    const point = this.peek();
    let assertion = NOTHING;
    if (point == 0x41) assertion = Assertion.TextBegins;
    else if (point == 0x7a) assertion = Assertion.TextEnds;
    else if (point == 0x62) assertion = Assertion.WordBoundary;
    else if (point == 0x42) assertion = Assertion.NoWordBoundary;
    if (assertion != NOTHING) {
      this.at++;
      return Node.at(assertion);
    }
    if (this.take(0x51)) return this.quoted(flags);
    const set = perlClass(point);
    if (set == null) return literal(this.escaped(), flags);
    this.at++;
    return Node.of(set);
  }

  /** `\Q…\E`, or to the end. What follows repeats the last character alone. */
  private quoted(flags: Flags): Node {
    const all = new Node(Kind.All);
    while (this.at < this.points.length) {
      if (this.peek() == BACKSLASH && this.pointAt(this.at + 1) == 0x45) {
        this.at += 2;
        break;
      }
      all.parts.push(literal(this.next(), flags));
    }
    if (all.parts.length > 0) all.parts.push(this.repeated(all.parts.pop()));
    return all;
  }

  /** The code point that an escape stands for, after its backslash. */
  private escaped(): i32 {
    const point = this.next();
    switch (point) {
      case 0x61:
        return 0x07;
      case 0x66:
        return 0x0c;
      case 0x74:
        return 0x09;
      case 0x6e:
        return 0x0a;
      case 0x72:
        return 0x0d;
      case 0x76:
        return 0x0b;
      case 0x78:
        return this.hexadecimal();
    }
    if (isOctal(point) && (point == 0x30 || isOctal(this.peek()))) {
      let value = point - 0x30;
      for (let i = 0; i < 2 && isOctal(this.peek()); i++) value = value * 8 + this.next() - 0x30;
      return value;
    }
    if (point == NOTHING) this.fail("trailing \\");
    else if (point >= 0x80 || (isWord(point) && point != 0x5f)) this.fail("invalid escape sequence");
    return point;
  }

  /** `\x7F` or `\x{10FFFF}`. */
  private hexadecimal(): i32 {
    const braces = this.take(0x7b);
    let value: i32 = 0;
    const most = braces ? 8 : 2;
    let digits = 0;
    for (; digits < most && hexDigit(this.peek()) >= 0 && value <= LAST; digits++) {
      value = value * 16 + hexDigit(this.next());
    }
    if (value > LAST || (braces ? digits == 0 || !this.take(0x7d) : digits != 2)) this.fail("invalid escape sequence");
    return value;
  }

  private characterClass(flags: Flags): Characters {
    const negated = this.take(0x5e);
    const all = new Characters();
    for (let first = true; first || this.peek() != 0x5d; first = false) {
      if (this.at >= this.points.length || this.fault != "") break;
      const named = this.namedClass();
      if (named != null) all.addAll(named);
      else this.range(all, flags);
    }
    if (!this.take(0x5d)) this.fail("missing ]");
    return negated ? all.complement() : all;
  }

  /** `[:alpha:]`, `[:^alpha:]`, `\d`; null where it is an ordinary character. */
  private namedClass(): Characters | null {
    if (this.peek() == BACKSLASH) {
      const set = perlClass(this.pointAt(this.at + 1));
      if (set != null) this.at += 2;
      return set;
    }
    if (this.peek() != 0x5b || this.pointAt(this.at + 1) != 0x3a) return null;
    this.at += 2;
    const negated = this.take(0x5e);
    let name = "";
    while (isWord(this.peek())) name += String.fromCodePoint(this.next());
    const set = posixClass(name);
    if (!this.take(0x3a) || !this.take(0x5d) || set == null) {
      this.fail("invalid character class range");
      return null;
    }
    return negated ? set.complement() : set;
  }

  private range(all: Characters, flags: Flags): void {
    const low = this.classPoint();
    if (this.peek() != 0x2d || this.pointAt(this.at + 1) == 0x5d || this.at + 1 >= this.points.length) {
      all.add(low, low, flags.ignoreCase);
      return;
    }
    this.at++;
    const high = this.classPoint();
    if (high < low) this.fail("invalid character class range");
    else all.add(low, high, flags.ignoreCase);
  }

  private classPoint(): i32 {
    const point = this.next();
    return point == BACKSLASH ? this.escaped() : point;
  }

  private peek(): i32 {
    return this.pointAt(this.at);
  }

  private pointAt(index: i32): i32 {
    return index < this.points.length ? this.points[index] : NOTHING;
  }

  private digitAt(index: i32): bool {
    const point = this.pointAt(index);
    return point >= 0x30 && point <= 0x39;
  }

  private next(): i32 {
    const point = this.peek();
    this.at = min(this.at + 1, this.points.length);
    return point;
  }

  private take(point: i32): bool {
    if (this.peek() != point) return false;
    this.at++;
    return true;
  }

  /** The first one counts. */
  private fail(fault: string): void {
    if (this.fault == "") this.fault = fault;
  }
}

function literal(point: i32, flags: Flags): Node {
  return Node.of(new Characters().add(point, point, flags.ignoreCase));
}

function isWord(point: i32): bool {
  return (point >= 0x30 && point <= 0x39) || ((point | 0x20) >= 0x61 && (point | 0x20) <= 0x7a) || point == 0x5f;
}

function isOctal(point: i32): bool {
  return point >= 0x30 && point <= 0x37;
}

function hexDigit(point: i32): i32 {
  if (point >= 0x30 && point <= 0x39) return point - 0x30;
  const small = point | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}

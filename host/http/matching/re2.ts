import { classSource, complement, DIGIT, foldCase, POSIX, type Range, SPACE, WORD } from "./re2-class.js";

/*
 * RE2's syntax, as Envoy takes it in safe_regex, rewritten for JavaScript's engine:
 *
 *   pattern := branch ('|' branch)*      branch := (atom repeat?)*
 *   repeat  := ('*' | '+' | '?' | '{' n (',' m?)? '}') '?'?
 *   atom    := literal | '.' | '^' | '$' | class | escape | '(' ('?:' | '?P<' name '>' | '?' flags ':')? pattern ')'
 *
 * Flags (i, m, s, U) are resolved while translating, because JavaScript has none inside a pattern. What RE2 lacks
 * (look-around, back-references) is refused, so that a rule accepted here is accepted by Envoy too.
 */

const CONTROL = new Map(Object.entries({ a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }));

interface Flags {
  i: boolean;
  m: boolean;
  s: boolean;
  U: boolean;
}

/** Reads one RE2 pattern; throws a SyntaxError in RE2's words. */
export function translateRe2(pattern: string): string {
  return new Translator(pattern).run();
}

/** A predicate: does the pattern match the whole text? */
export function re2FullMatch(pattern: string): (text: string) => boolean {
  const regExp = new RegExp(`^(?:${translateRe2(pattern)})$`, "u");
  return (text) => regExp.test(text);
}

class Translator {
  readonly #points: string[];
  #at = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#points = [...pattern];
  }

  run(): string {
    const out = this.#alternatives({ i: false, m: false, s: false, U: false });
    if (this.#at < this.#points.length) throw new SyntaxError("unexpected )");
    return out;
  }

  #alternatives(flags: Flags): string {
    let out = "";
    let previous = false;
    while (this.#at < this.#points.length) {
      const point = this.#next();
      if (point === ")") {
        this.#at--;
        break;
      }
      if (point === "|") {
        out += "|";
        previous = false;
        continue;
      }
      const quantifier = this.#quantifier(point);
      if (quantifier !== null) {
        if (!previous) throw new SyntaxError(`no argument for repetition operator: ${quantifier}`);
        out += quantifier + this.#laziness(flags);
        if (this.#peekQuantifier()) throw new SyntaxError(`bad repetition operator: ${quantifier}${this.#peek()}`);
        continue;
      }
      const atom = this.#atom(point, flags);
      out += atom;
      previous = atom !== "" || previous;
    }
    return out;
  }

  #atom(point: string, flags: Flags): string {
    switch (point) {
      case ".":
        return flags.s ? "[^]" : "[^\\n]";
      case "^":
        return flags.m ? "(?:(?<![^\\n]))" : "(?:^)";
      case "$":
        return flags.m ? "(?:(?![^\\n]))" : "(?:$)";
      case "[":
        return this.#class(flags);
      case "(":
        return this.#group(flags);
      case "\\":
        return this.#escape(flags);
      default:
        return literal(point, flags);
    }
  }

  #group(flags: Flags): string {
    const open = this.#groupOpening(flags);
    if (open.done) return "";
    this.#depth++;
    const inner = this.#alternatives(open.flags);
    if (this.#next() !== ")") throw new SyntaxError("missing )");
    this.#depth--;
    return `${open.source}${inner})`;
  }

  /** After `(`; flags without a body change those of the group around. */
  #groupOpening(outer: Flags): { source: string; flags: Flags; done: boolean } {
    const flags = { ...outer };
    if (this.#peek() !== "?") return { source: "(", flags, done: false };
    this.#at++;
    const rest = this.#points.slice(this.#at, this.#at + 100).join("");
    const name = /^P?<([A-Za-z_][A-Za-z0-9_]*)>/.exec(rest);
    if (name) {
      this.#at += name[0].length;
      return { source: `(?<${name[1]}>`, flags, done: false };
    }
    const set = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    if (!set || (set[3] === ")" && set[0] === ")")) {
      throw new SyntaxError(`invalid perl operator: (?${rest.slice(0, 2)}`);
    }
    this.#at += set[0].length;
    for (const on of set[1] ?? "") flags[on as keyof Flags] = true;
    for (const off of set[2] ?? "") flags[off as keyof Flags] = false;
    if (set[3] === ":") return { source: "(?:", flags, done: false };
    Object.assign(outer, flags);
    return { source: "", flags, done: true };
  }

  #escape(flags: Flags): string {
    const point = this.#next();
    switch (point) {
      case "A":
        return "(?:^)";
      case "z":
        return "(?:$)";
      case "b":
      case "B":
        return `(?:\\${point})`;
      case "Q":
        return this.#quoted(flags);
      case "p":
      case "P":
        return this.#property(point);
      default: {
        const set = perlClass(point);
        if (set) return `[${classSource(set)}]`;
        return literal(String.fromCodePoint(this.#codePoint(point)), flags);
      }
    }
  }

  #quoted(flags: Flags): string {
    let out = "";
    while (this.#at < this.#points.length) {
      if (this.#peek() === "\\" && this.#points[this.#at + 1] === "E") {
        this.#at += 2;
        break;
      }
      out += literal(this.#next(), flags);
    }
    return out;
  }

  #class(flags: Flags): string {
    const negated = this.#peek() === "^";
    if (negated) this.#at++;
    const ranges: Range[] = [];
    let raw = "";
    for (let first = true; ; first = false) {
      if (this.#at >= this.#points.length) throw new SyntaxError("missing ]");
      const point = this.#next();
      if (point === "]" && !first) break;
      const set = this.#classSet(point);
      if (typeof set === "string") raw += set;
      else if (set) ranges.push(...set);
      else ranges.push(this.#classRange(point));
    }
    const inside = classSource(flags.i ? foldCase(ranges) : ranges) + raw;
    return `[${negated ? "^" : ""}${inside}]`;
  }

  /** A named set inside a class: `[:alpha:]`, `\d`, `\pL`; null where it is an ordinary character. */
  #classSet(point: string): readonly Range[] | string | null {
    if (point === "[" && this.#peek() === ":") {
      const rest = this.#points.slice(this.#at, this.#at + 12).join("");
      const posix = /^:(\^?)([a-z]+):\]/.exec(rest);
      const set = posix ? POSIX[posix[2] ?? ""] : undefined;
      if (!posix || !set) throw new SyntaxError(`invalid character class range: [${rest}`);
      this.#at += posix[0].length;
      return posix[1] ? complement(set) : set;
    }
    if (point !== "\\") return null;
    const kind = this.#peek() ?? "";
    if (kind === "p" || kind === "P") {
      this.#at++;
      return this.#property(kind);
    }
    const set = perlClass(kind);
    if (set) this.#at++;
    return set;
  }

  #classRange(point: string): Range {
    const low = point === "\\" ? this.#codePoint(this.#next()) : codePointOf(point);
    if (this.#peek() !== "-" || this.#points[this.#at + 1] === "]" || this.#at + 1 >= this.#points.length) {
      return [low, low];
    }
    this.#at++;
    const end = this.#next();
    const high = end === "\\" ? this.#codePoint(this.#next()) : codePointOf(end);
    if (high < low) throw new SyntaxError(`invalid character class range: ${point}-${end}`);
    return [low, high];
  }

  /** `\pN`, `\p{Greek}`, `\p{^L}`: JavaScript spells scripts `Script=…`. */
  #property(kind: string): string {
    let name = this.#next();
    if (name === "{") {
      const close = this.#points.indexOf("}", this.#at);
      if (close < 0) throw new SyntaxError(`invalid character class range: \\${kind}{`);
      name = this.#points.slice(this.#at, close).join("");
      this.#at = close + 1;
    }
    const negated = (kind === "P") !== name.startsWith("^");
    const bare = name.replace(/^\^/, "");
    for (const spelling of [bare, `Script=${bare}`]) {
      const source = `\\${negated ? "P" : "p"}{${spelling}}`;
      if (/^[A-Za-z_=]+$/.test(spelling) && isValid(source)) return source;
    }
    throw new SyntaxError(`invalid character class range: \\${kind}{${name}}`);
  }

  /** After a backslash: the code point that the escape stands for. */
  #codePoint(point: string): number {
    const control = CONTROL.get(point);
    if (control !== undefined) return control;
    if (point === "x") return this.#hexadecimal();
    if (point === "0" || (/[1-7]/.test(point) && /[0-7]/.test(this.#peek() ?? ""))) return this.#octal(point);
    if (codePointOf(point) < 0x80 && !/[A-Za-z0-9]/.test(point)) return codePointOf(point);
    throw new SyntaxError(`invalid escape sequence: \\${point}`);
  }

  #hexadecimal(): number {
    const rest = this.#points.slice(this.#at, this.#at + 12).join("");
    const found = /^(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/.exec(rest);
    const value = Number.parseInt(found?.[1] ?? found?.[2] ?? "", 16);
    if (!found || Number.isNaN(value) || value > 0x10ffff) throw new SyntaxError(`invalid escape sequence: \\x`);
    this.#at += found[0].length;
    return value;
  }

  #octal(first: string): number {
    let digits = first;
    while (digits.length < 3 && /[0-7]/.test(this.#peek() ?? "")) digits += this.#next();
    return Number.parseInt(digits, 8);
  }

  /** A repetition operator at `point`, or null; an ill-formed `{` is a literal in RE2. */
  #quantifier(point: string): string | null {
    if (point === "*" || point === "+" || point === "?") return point;
    const counted = point === "{" ? this.#counted() : null;
    if (counted === null) return null;
    this.#at += counted.length - 1;
    const [low, high] = counted.slice(1, -1).split(",").map(Number);
    if ((low ?? 0) > 1000 || (high ?? 0) > 1000 || (high && high < (low ?? 0))) {
      throw new SyntaxError(`invalid repetition size: ${counted}`);
    }
    return counted;
  }

  #counted(): string | null {
    const rest = this.#points.slice(this.#at, this.#at + 16).join("");
    const found = /^\d+(?:,\d*)?\}/.exec(rest);
    return found ? `{${found[0]}` : null;
  }

  #laziness(flags: Flags): string {
    const lazy = this.#peek() === "?";
    if (lazy) this.#at++;
    return lazy !== flags.U ? "?" : "";
  }

  #peekQuantifier(): boolean {
    const point = this.#peek();
    return point === "*" || point === "+" || point === "?";
  }

  #peek(): string | undefined {
    return this.#points[this.#at];
  }

  #next(): string {
    const point = this.#points[this.#at];
    if (point === undefined) throw new SyntaxError(this.#depth > 0 ? "missing )" : "trailing \\");
    this.#at++;
    return point;
  }
}

function perlClass(point: string): readonly Range[] | null {
  switch (point) {
    case "d":
      return DIGIT;
    case "D":
      return complement(DIGIT);
    case "s":
      return SPACE;
    case "S":
      return complement(SPACE);
    case "w":
      return WORD;
    case "W":
      return complement(WORD);
    default:
      return null;
  }
}

function literal(point: string, flags: Flags): string {
  if (flags.i && /[A-Za-z]/.test(point)) return `[${point.toLowerCase()}${point.toUpperCase()}]`;
  return /[\^$\\.*+?()[\]{}|/]/.test(point) ? `\\${point}` : point;
}

function codePointOf(point: string): number {
  return point.codePointAt(0) ?? 0;
}

function isValid(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}

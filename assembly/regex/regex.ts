import { Slice } from "../bytes";
import { Assertion } from "./node";
import { Parser } from "./parser";
import { MOST_STEPS, Op, Program } from "./program";

/** Before the beginning of a text, and behind its end. */
const OUTSIDE: i32 = -1;
/** A byte that is no UTF-8; it is in no set of characters. */
const ILL_FORMED: i32 = -2;

/** A regular expression. */
export class Regex {
  private program: Program | null = null;
  /** Where the ways through the program are now, and where they come to with the next code point. */
  private now: Steps = new Steps(0);
  private next: Steps = new Steps(0);
  private stack: StaticArray<i32> = new StaticArray<i32>(0);
  /** What is wrong with it, in RE2's words; empty where nothing is. Then it matches nothing. */
  readonly fault: string;

  constructor(source: string) {
    const parser = new Parser(source);
    const node = parser.parse();
    let fault = parser.fault;
    if (node != null) {
      const program = new Program(node);
      if (program.tooLarge) fault = `pattern too large: it has more than ${MOST_STEPS} steps`;
      else {
        const count = program.ops.length;
        this.program = program;
        this.now = new Steps(count);
        this.next = new Steps(count);
        // Each step is put there once at most by each of the two that lead to it.
        this.stack = new StaticArray<i32>(2 * count + 2);
      }
    }
    this.fault = fault;
  }

  /** Does all of the text match? */
  matches(text: Slice): bool {
    const program = this.program;
    if (program == null) return false;
    let before = OUTSIDE;
    let at = 0;
    this.now.clear();
    let width = 0;
    let point = OUTSIDE;
    if (text.length > 0) {
      width = widthAt(text, 0);
      point = pointAt(text, 0, width);
    }
    this.follow(program, this.now, 0, before, point);
    while (at < text.length && this.now.count > 0) {
      const after = at + width;
      let following = OUTSIDE;
      let followingWidth = 0;
      if (after < text.length) {
        followingWidth = widthAt(text, after);
        following = pointAt(text, after, followingWidth);
      }
      this.next.clear();
      for (let i = 0; i < this.now.count; i++) {
        const step = unchecked(this.now.list[i]);
        if (unchecked(program.ops[step]) != Op.Take) continue;
        if (!unchecked(program.sets[unchecked(program.x[step])]).has(point)) continue;
        this.follow(program, this.next, step + 1, point, following);
      }
      const swap = this.now;
      this.now = this.next;
      this.next = swap;
      before = point;
      point = following;
      width = followingWidth;
      at = after;
    }
    return at == text.length && this.now.has(program.ops.length - 1);
  }

  /** Adds a step, and all that it leads to without taking anything, between these two code points. */
  private follow(program: Program, steps: Steps, first: i32, before: i32, after: i32): void {
    const stack = this.stack;
    let depth = 0;
    unchecked((stack[depth++] = first));
    while (depth > 0) {
      const step = unchecked(stack[--depth]);
      if (!steps.add(step)) continue;
      const op = unchecked(program.ops[step]);
      if (op == Op.Fork) {
        unchecked((stack[depth++] = unchecked(program.y[step])));
        unchecked((stack[depth++] = unchecked(program.x[step])));
      } else if (op == Op.Assert && isAt(unchecked(program.x[step]), before, after)) {
        unchecked((stack[depth++] = step + 1));
      }
    }
  }
}

/** A set of steps, emptied at once: a step is in it where `list` says so at the place that `places` has for it. */
class Steps {
  count: i32 = 0;
  list: StaticArray<i32>;
  private places: StaticArray<i32>;

  constructor(capacity: i32) {
    this.list = new StaticArray<i32>(capacity);
    this.places = new StaticArray<i32>(capacity);
  }

  clear(): void {
    this.count = 0;
  }

  has(step: i32): bool {
    const place = unchecked(this.places[step]);
    return place < this.count && unchecked(this.list[place]) == step;
  }

  /** False where it is there already. */
  add(step: i32): bool {
    if (this.has(step)) return false;
    unchecked((this.places[step] = this.count));
    unchecked((this.list[this.count++] = step));
    return true;
  }
}

function isAt(assertion: Assertion, before: i32, after: i32): bool {
  if (assertion == Assertion.TextBegins) return before == OUTSIDE;
  if (assertion == Assertion.TextEnds) return after == OUTSIDE;
  if (assertion == Assertion.LineBegins) return before == OUTSIDE || before == 0x0a;
  if (assertion == Assertion.LineEnds) return after == OUTSIDE || after == 0x0a;
  return (isWord(before) != isWord(after)) == (assertion == Assertion.WordBoundary);
}

/** ASCII's alone, as in RE2. */
function isWord(point: i32): bool {
  return (
    (point >= 0x30 && point <= 0x39) ||
    (point >= 0x41 && point <= 0x5a) ||
    (point >= 0x61 && point <= 0x7a) ||
    point == 0x5f
  );
}

/** How many bytes the code point there has (RFC 3629 §3); 1 for what is ill-formed. */
function widthAt(text: Slice, at: i32): i32 {
  const first = <i32>text.at(at);
  const width = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  if (at + width > text.length) return 1;
  for (let i = 1; i < width; i++) {
    if ((text.at(at + i) & 0xc0) != 0x80) return 1;
  }
  // Neither in more bytes than needed, nor surrogates, nor beyond the last one.
  if (width < 3) return width;
  const second = <i32>text.at(at + 1);
  const wrong =
    (first == 0xe0 && second < 0xa0) ||
    (first == 0xed && second > 0x9f) ||
    (first == 0xf0 && second < 0x90) ||
    (first == 0xf4 && second > 0x8f);
  return wrong ? 1 : width;
}

function pointAt(text: Slice, at: i32, width: i32): i32 {
  const first = <i32>text.at(at);
  if (width == 1) return first < 0x80 ? first : ILL_FORMED;
  let point = first & (0xff >> (width + 1));
  for (let i = 1; i < width; i++) point = (point << 6) | ((<i32>text.at(at + i)) & 0x3f);
  return point;
}

import { Slice } from "../bytes";
import { Json, JsonKind } from "./value";

const MAX_DEPTH: i32 = 64;

/** Parses one JSON text (RFC 8259). `error` is empty, or says what is wrong and at which byte. */
export class JsonParser {
  error: string = "";
  private text: string = "";
  private at: i32 = 0;

  /** The value, or null with `error` set. */
  parse(bytes: Slice): Json | null {
    this.text = bytes.toString();
    this.at = 0;
    this.error = "";
    const value = this.value(0);
    if (value == null) return null;
    this.space();
    return this.at == this.text.length ? value : this.fail("the end");
  }

  private value(depth: i32): Json | null {
    if (depth > MAX_DEPTH) return this.fail("at most " + MAX_DEPTH.toString() + " levels of nesting");
    this.space();
    const char = this.peek();
    if (char == 0x7b) return this.object(depth);
    if (char == 0x5b) return this.array(depth);
    if (char == 0x22) return this.string();
    if (char == 0x2d || (char >= 0x30 && char <= 0x39)) return this.number();
    if (this.word("true")) return this.boolean(true);
    if (this.word("false")) return this.boolean(false);
    if (this.word("null")) return Json.of(JsonKind.Null);
    return this.fail("a value");
  }

  private boolean(value: bool): Json {
    const json = Json.of(JsonKind.Boolean);
    json.boolean = value;
    return json;
  }

  private object(depth: i32): Json | null {
    const json = Json.of(JsonKind.Object);
    this.at++;
    this.space();
    if (this.take(0x7d)) return json;
    while (true) {
      this.space();
      if (this.peek() != 0x22) return this.fail("a field name in quotes");
      const name = this.string();
      if (name == null) return null;
      if (json.names.includes(name.text)) return this.fail('"' + name.text + '" only once');
      this.space();
      if (!this.take(0x3a)) return this.fail('":"');
      const value = this.value(depth + 1);
      if (value == null) return null;
      json.names.push(name.text);
      json.items.push(value);
      this.space();
      if (this.take(0x7d)) return json;
      if (!this.take(0x2c)) return this.fail('"," or "}"');
    }
  }

  private array(depth: i32): Json | null {
    const json = Json.of(JsonKind.Array);
    this.at++;
    this.space();
    if (this.take(0x5d)) return json;
    while (true) {
      const value = this.value(depth + 1);
      if (value == null) return null;
      json.items.push(value);
      this.space();
      if (this.take(0x5d)) return json;
      if (!this.take(0x2c)) return this.fail('"," or "]"');
    }
  }

  private string(): Json | null {
    this.at++;
    let text = "";
    let start = this.at;
    while (true) {
      const char = this.peek();
      if (char < 0x20) return this.fail("the closing quote");
      if (char == 0x22) break;
      if (char != 0x5c) {
        this.at++;
        continue;
      }
      text += this.text.substring(start, this.at++);
      const escaped = this.escape();
      if (escaped < 0) return this.fail("an escape");
      text += String.fromCharCode(escaped);
      start = this.at;
    }
    const json = Json.of(JsonKind.String);
    json.text = text + this.text.substring(start, this.at++);
    return json;
  }

  /** The UTF-16 unit of an escape, after its backslash; -1 where it is none. */
  private escape(): i32 {
    const char = this.peek();
    this.at++;
    if (char == 0x22 || char == 0x5c || char == 0x2f) return char;
    if (char == 0x62) return 0x08;
    if (char == 0x66) return 0x0c;
    if (char == 0x6e) return 0x0a;
    if (char == 0x72) return 0x0d;
    if (char == 0x74) return 0x09;
    if (char != 0x75 || this.at + 4 > this.text.length) return -1;
    let unit = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexDigit(this.text.charCodeAt(this.at++));
      if (digit < 0) return -1;
      unit = (unit << 4) | digit;
    }
    return unit;
  }

  /** -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
  private number(): Json | null {
    const start = this.at;
    this.take(0x2d);
    if (this.peek() == 0x30) this.at++;
    else if (!this.digits()) return this.fail("a digit");
    if (this.take(0x2e) && !this.digits()) return this.fail("a digit");
    if (this.take(0x65) || this.take(0x45)) {
      if (!this.take(0x2b)) this.take(0x2d);
      if (!this.digits()) return this.fail("a digit");
    }
    const json = Json.of(JsonKind.Number);
    json.number = parseFloat(this.text.substring(start, this.at));
    return json;
  }

  private digits(): bool {
    const start = this.at;
    while (this.peek() >= 0x30 && this.peek() <= 0x39) this.at++;
    return this.at > start;
  }

  /** The next UTF-16 unit; -1 at the end. */
  private peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private take(char: i32): bool {
    if (this.peek() != char) return false;
    this.at++;
    return true;
  }

  private word(word: string): bool {
    if (this.text.substr(this.at, word.length) != word) return false;
    this.at += word.length;
    return true;
  }

  private space(): void {
    while (true) {
      const char = this.peek();
      if (char != 0x20 && char != 0x09 && char != 0x0a && char != 0x0d) return;
      this.at++;
    }
  }

  private fail(expected: string): Json | null {
    this.error = "not JSON: expected " + expected + " at character " + (this.at + 1).toString();
    return null;
  }
}

function hexDigit(char: i32): i32 {
  if (char >= 0x30 && char <= 0x39) return char - 0x30;
  const letter = char | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

// PostgreSQL's lexical structure (postgresql.org/docs/current/sql-syntax-lexical.html), as far as it takes to know where
// words and names are: comments (nested), strings of all kinds and dollar quoting are stepped over.
import { lower, Slice, Writer } from "meltemi/assembly";

export enum Token {
  End,
  /** A word that is not quoted: in lower case, in `text`. */
  Word,
  /** A quoted identifier, its quotes undone. */
  Quoted,
  /** One character, in `character`. */
  Mark,
  /** A string or a number. */
  Literal,
}

/** Cuts SQL into tokens. Whatever the bytes are, it comes to their end. */
export class Lexer {
  token: Token = Token.End;
  character: u8 = 0;
  /** The text of a word or a name, good until the next `next`. */
  text: Slice = Slice.empty();
  private at: usize = 0;
  private end: usize = 0;
  private scratch: Writer = new Writer();
  private plainBackslash: bool = true;

  /** @param standardStrings is a backslash in '…' a character as any (standard_conforming_strings)? */
  over(sql: Slice, standardStrings: bool): void {
    this.at = sql.ptr;
    this.end = sql.end;
    this.plainBackslash = standardStrings;
  }

  next(): Token {
    this.skipBlanks();
    this.character = 0;
    if (this.at >= this.end) return (this.token = Token.End);
    const c = load<u8>(this.at);
    if (isWordStart(c)) return (this.token = this.word());
    if (c == 0x22) {
      this.quoted(0x22, true);
      return (this.token = Token.Quoted);
    }
    if (c == 0x27) {
      this.quoted(0x27, this.plainBackslash);
      return (this.token = Token.Literal);
    }
    if (c == 0x24 && this.dollar()) return (this.token = Token.Literal);
    if (c >= 0x30 && c <= 0x39) {
      while (this.at < this.end && (isWordPart(load<u8>(this.at)) || load<u8>(this.at) == 0x2e)) this.at++;
      return (this.token = Token.Literal);
    }
    this.at++;
    this.character = c;
    return (this.token = Token.Mark);
  }

  /** Is this token the mark? */
  @inline isMark(character: u8): bool {
    return this.token == Token.Mark && this.character == character;
  }

  private word(): Token {
    const start = this.at;
    while (this.at < this.end && isWordPart(load<u8>(this.at))) this.at++;
    const length = <i32>(this.at - start);
    if (this.at < this.end) {
      const next = load<u8>(this.at);
      const first = lower(load<u8>(start));
      // E'…' has escapes; B'…', X'…', N'…' and U&'…' have none.
      if (length == 1 && next == 0x27 && (first == 0x65 || first == 0x62 || first == 0x78 || first == 0x6e)) {
        this.quoted(0x27, first == 0x6e ? this.plainBackslash : first != 0x65);
        return Token.Literal;
      }
      if (length == 1 && first == 0x75 && next == 0x26 && this.at + 1 < this.end) {
        const quote = load<u8>(this.at, 1);
        if (quote == 0x27 || quote == 0x22) {
          this.at++;
          this.quoted(quote, true);
          if (quote == 0x27) return Token.Literal;
          // Its escapes may spell any name.
          this.text = UNREADABLE;
          return Token.Quoted;
        }
      }
    }
    this.scratch.reset();
    for (let p = start; p < this.at; p++) this.scratch.u8(lower(load<u8>(p)));
    this.text = this.scratch.view();
    return Token.Word;
  }

  private quoted(quote: u8, plainBackslash: bool): void {
    this.at++;
    this.scratch.reset();
    while (this.at < this.end) {
      const c = load<u8>(this.at++);
      if (c == quote) {
        if (this.at >= this.end || load<u8>(this.at) != quote) break;
        this.at++;
      } else if (c == 0x5c && !plainBackslash && this.at < this.end) {
        this.at++;
      }
      this.scratch.u8(c);
    }
    this.text = this.scratch.view();
  }

  /** `$tag$ … $tag$`; false for a parameter or an operator. */
  private dollar(): bool {
    let tag = this.at + 1;
    if (tag < this.end && load<u8>(tag) >= 0x30 && load<u8>(tag) <= 0x39) return false;
    while (tag < this.end && isWordPart(load<u8>(tag)) && load<u8>(tag) != 0x24) tag++;
    if (tag >= this.end || load<u8>(tag) != 0x24) return false;
    const length = tag + 1 - this.at;
    let p = tag + 1;
    while (p + length <= this.end && memory.compare(p, this.at, length) != 0) p++;
    this.at = p + length <= this.end ? p + length : this.end;
    return true;
  }

  private skipBlanks(): void {
    while (this.at < this.end) {
      const c = load<u8>(this.at);
      const more = this.at + 1 < this.end ? load<u8>(this.at, 1) : 0;
      if (c == 0x20 || (c >= 0x09 && c <= 0x0d)) {
        this.at++;
      } else if (c == 0x2d && more == 0x2d) {
        while (this.at < this.end && load<u8>(this.at) != 0x0a && load<u8>(this.at) != 0x0d) this.at++;
      } else if (c == 0x2f && more == 0x2a) {
        this.skipComment();
      } else {
        return;
      }
    }
  }

  private skipComment(): void {
    let depth = 0;
    while (this.at < this.end) {
      const c = load<u8>(this.at);
      const more = this.at + 1 < this.end ? load<u8>(this.at, 1) : 0;
      this.at++;
      if (c == 0x2f && more == 0x2a) depth++;
      else if (c == 0x2a && more == 0x2f) depth--;
      else continue;
      this.at++;
      if (depth == 0) return;
    }
  }
}

/** Stands for a name that cannot be told; it is taken for any. */
export const UNREADABLE = Slice.fixed("*");

function isWordStart(c: u8): bool {
  return (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a ? true : c == 0x5f || c >= 0x80;
}

function isWordPart(c: u8): bool {
  return isWordStart(c) || (c >= 0x30 && c <= 0x39) || c == 0x24;
}

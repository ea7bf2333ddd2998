import { Slice, Writer } from "meltemi/assembly";
import { Lexer, Token } from "./lexer";
import { isVerb, Words } from "./words";

/** What a statement does, and to which table, if to any: one statement has several where it names several. */
export class Access {
  constructor(
    readonly kind: Slice,
    /** As written, quotes undone: `table` or `schema.table`; empty where there is none. */
    readonly table: Slice,
  ) {}
}

const MAX_DEPTH: i32 = 64;
const lexer = new Lexer();

/**
 * Reads which statements a text has, what they do, and to which tables: from words and names alone, without a grammar.
 * Where that leaves a doubt it names a table too many, never one too few.
 */
export class Statements {
  /** For each statement, its first access. */
  private firsts: Array<i32> = [];
  private texts: Writer = new Writer();
  private ends: Array<i32> = [];
  // Of the statement in hand.
  private kind: i32 = 0;
  private kindLength: i32 = 0;
  private named: bool = false;
  /** Its kind is that of the query behind WITH. */
  private afterWith: bool = false;

  /** Accesses in all. */
  get length(): i32 {
    return this.ends.length / 4;
  }

  /** Statements in all. */
  get count(): i32 {
    return this.firsts.length;
  }

  /** What kind of statement it is: its first word, but for WITH. */
  kindAt(statement: i32): Slice {
    return this.at(this.firsts[statement]).kind;
  }

  at(index: i32): Access {
    const i = index * 4;
    const kind = Slice.view(this.texts.ptr + <usize>this.ends[i], this.ends[i + 1]);
    return new Access(kind, Slice.view(this.texts.ptr + <usize>this.ends[i + 2], this.ends[i + 3]));
  }

  read(sql: Slice, standardStrings: bool): void {
    this.texts.reset();
    this.ends = [];
    this.firsts = [];
    lexer.over(sql, standardStrings);
    lexer.next();
    while (lexer.token != Token.End) {
      if (lexer.isMark(SEMICOLON)) lexer.next();
      else this.statement();
    }
  }

  private statement(): void {
    this.kindLength = 0;
    this.named = false;
    this.afterWith = false;
    const first = this.length;
    let depth = 0;
    // For each depth of parentheses: is there a query at it, and are we in a list of tables?
    queries[0] = 1;
    lists[0] = 0;
    let expecting = false;
    let previous: i32 = Words.None;
    let before: i32 = Words.None;
    while (lexer.token != Token.End && !(depth == 0 && lexer.isMark(SEMICOLON))) {
      if (lexer.token == Token.Word) {
        const word = Words.find(lexer.text);
        // Of the verbs only two are reserved: the others may be names of tables.
        const verb = isVerb(word) && (!expecting || word == Words.Select || word == Words.With);
        if (verb && !isClause(previous)) this.verb(word);
        else if (this.kindLength == 0 && (!this.afterWith || word == Words.Table || word == Words.Values)) {
          this.setKind(lexer.text);
        }
        if (verb) {
          queries[depth] = 1;
          lists[depth] = 0;
        }
        if (expecting && Words.skipped(word)) {
          // ONLY, LATERAL, IF NOT EXISTS: the name follows.
        } else if (expecting && !verb && word != Words.Values) {
          this.name();
          expecting = false;
          before = previous;
          previous = Words.None;
          continue;
        } else if (this.introduces(word, previous, before, queries[depth] != 0)) {
          expecting = true;
          lists[depth] = 1;
        } else {
          expecting = false;
          if (Words.endsList(word)) lists[depth] = 0;
        }
        before = previous;
        previous = word;
      } else if (lexer.token == Token.Quoted && expecting) {
        this.name();
        expecting = false;
        continue;
      } else if (lexer.isMark(OPEN)) {
        if (depth < MAX_DEPTH - 1) depth++;
        queries[depth] = 0;
        lists[depth] = expecting ? 1 : 0;
        before = Words.None;
        previous = Words.None;
      } else if (lexer.isMark(CLOSE)) {
        if (depth > 0) depth--;
        expecting = false;
      } else if (lexer.isMark(COMMA)) {
        expecting = lists[depth] != 0;
      } else if (lexer.token != Token.Mark || lexer.character != STAR) {
        expecting = false;
      }
      lexer.next();
    }
    if (!this.named && this.kindLength > 0) this.add(0, 0);
    if (this.length > first) this.firsts.push(first);
  }

  /** A verb: at the outside it names the statement, inside (a data-modifying WITH) it is a kind of its own. */
  private verb(word: i32): void {
    if (word == Words.With) {
      this.afterWith = true;
      return;
    }
    // A query in a query says no more than the two together.
    if (!this.named && this.kindLength > 0 && !this.isKind(lexer.text)) this.add(0, 0);
    this.setKind(lexer.text);
    this.named = false;
  }

  private setKind(text: Slice): void {
    this.kind = this.texts.length;
    this.kindLength = text.length;
    this.texts.bytes(text);
  }

  private introduces(word: i32, previous: i32, before: i32, query: bool): bool {
    if (word == Words.From) {
      // `IS [NOT] DISTINCT FROM`, and COPY's file.
      return (
        query && !(previous == Words.Distinct && (before == Words.Is || before == Words.Not)) && !this.isKind(COPY)
      );
    }
    if (word == Words.Analyze && this.isKind(EXPLAIN)) return false;
    // In a join it has a list of columns.
    if (word == Words.Using) return query && (this.isKind(DELETE) || this.isKind(MERGE));
    // FOR UPDATE, ON UPDATE and DO UPDATE name no table.
    if (word == Words.Update) return !isClause(previous);
    return Words.leadsToTable(word);
  }

  /** A name of one or more parts; leaves the lexer behind it. */
  private name(): void {
    const start = this.texts.length;
    this.texts.bytes(lexer.text);
    while (lexer.next() == Token.Mark && lexer.character == DOT) {
      const next = lexer.next();
      if (next != Token.Word && next != Token.Quoted) break;
      this.texts.u8(DOT);
      this.texts.bytes(lexer.text);
    }
    // A function that gives rows is no table.
    if (lexer.isMark(OPEN) && !Words.takesColumns(this.kindText())) return;
    this.add(start, this.texts.length - start);
  }

  private isKind(kind: Slice): bool {
    return this.kindText().equals(kind);
  }

  private kindText(): Slice {
    return Slice.view(this.texts.ptr + <usize>this.kind, this.kindLength);
  }

  private add(table: i32, length: i32): void {
    this.named = true;
    this.ends.push(this.kind);
    this.ends.push(this.kindLength);
    this.ends.push(table);
    this.ends.push(length);
  }
}

/** FOR UPDATE, ON UPDATE, DO UPDATE, ON DELETE, FOR SELECT (of a policy) are no statements of their own. */
function isClause(previous: i32): bool {
  return previous == Words.For || previous == Words.On || previous == Words.Do || previous == Words.Key;
}

const COPY = Slice.fixed("copy");
const DELETE = Slice.fixed("delete");
const MERGE = Slice.fixed("merge");
const EXPLAIN = Slice.fixed("explain");
const queries = new StaticArray<i32>(MAX_DEPTH);
const lists = new StaticArray<i32>(MAX_DEPTH);

const SEMICOLON: u8 = 0x3b;
const OPEN: u8 = 0x28;
const CLOSE: u8 = 0x29;
const COMMA: u8 = 0x2c;
const DOT: u8 = 0x2e;
const STAR: u8 = 0x2a;

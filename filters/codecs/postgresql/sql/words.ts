import { Slice } from "meltemi/assembly";

const ALL =
  "select insert update delete merge truncate copy with from join into table using only lateral if not exists " +
  "where group order having limit set returning values distinct is for on do key union except intersect window lock " +
  "offset fetch view analyze vacuum";

const texts: Array<Slice> = [];
const words = ALL.split(" ");
for (let i = 0; i < words.length; i++) texts.push(Slice.fixed(words[i]));

/** The words of SQL that say where names of tables are. */
export namespace Words {
  export const None: i32 = -1;
  export const Truncate: i32 = 5;
  export const Copy: i32 = 6;
  export const With: i32 = 7;
  export const From: i32 = 8;
  export const Join: i32 = 9;
  export const Into: i32 = 10;
  export const Table: i32 = 11;
  export const Using: i32 = 12;
  export const Only: i32 = 13;
  export const Not: i32 = 16;
  export const Exists: i32 = 17;
  export const Where: i32 = 18;
  export const Values: i32 = 25;
  export const Update: i32 = 2;
  export const Distinct: i32 = 26;
  export const Is: i32 = 27;
  export const For: i32 = 28;
  export const On: i32 = 29;
  export const Do: i32 = 30;
  export const Key: i32 = 31;
  export const Union: i32 = 32;
  export const Window: i32 = 35;
  export const Lock: i32 = 36;
  export const Offset: i32 = 37;
  export const Fetch: i32 = 38;
  export const View: i32 = 39;
  export const Analyze: i32 = 40;
  export const Select: i32 = 0;

  export function find(text: Slice): i32 {
    for (let i = 0; i < texts.length; i++) if (unchecked(texts[i]).equals(text)) return i;
    return None;
  }

  /** Between the word that leads to a name and the name. */
  export function skipped(word: i32): bool {
    return (word >= Only && word <= Exists) || word == Table;
  }

  export function leadsToTable(word: i32): bool {
    return (word >= Join && word <= Table) || word == Truncate || word == Copy || word == Lock || word >= View;
  }

  /** After these a comma is not followed by a table. */
  export function endsList(word: i32): bool {
    return (word >= Where && word <= Values) || (word >= Union && word <= Window) || word == Offset || word == Fetch;
  }

  /** Does a parenthesis after the table's name begin a list of columns? */
  export function takesColumns(kind: Slice): bool {
    return kind.length > 0 && !kind.equals(unchecked(texts[0]));
  }
}

/** Words that begin a statement or a query in one. */
export function isVerb(word: i32): bool {
  return word >= 0 && word <= Words.With;
}

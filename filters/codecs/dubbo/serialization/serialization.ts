import { Reader, Slice, Writer } from "meltemi/assembly";

/** What stands where the attachments belong. */
export enum Entries {
  /** A map: `next` walks it. */
  Map,
  /** A null, or the body ends there. */
  None,
  /** Anything else, which cannot be changed. */
  Other,
}

/**
 * How the values of a body are written. A body is a row of values: first texts, then arguments or an answer, then a map
 * of attachments. Objects of this class are shared by all connections: nothing outlives a call but what `begin` resets.
 */
export abstract class Serialization {
  /** What `next` read: null where it is no text. */
  key: Slice | null = null;
  value: Slice | null = null;
  /** Where `value` is null: the whole number that stood there, or -1 for one that is negative, or none. */
  whole: i64 = -1;

  /** Forgets what the last body defined. */
  abstract begin(): void;

  /** A text, as UTF-8, or null for a null. Fails the reader on anything else. */
  abstract text(input: Reader): Slice | null;

  /** The number that begins an answer's body. */
  abstract number(input: Reader): i32;

  /** Takes `count` values of any type. */
  abstract skip(input: Reader, count: i32): void;

  /** Enters the attachments. The input then stands before the first entry of a map, after a null, or where it stood. */
  abstract open(input: Reader): Entries;

  /** Reads an entry into `key` and `value`. False at the map's end, which is then taken, or once the reader has failed. */
  abstract next(input: Reader): bool;

  abstract writeText(out: Writer, text: Slice): void;

  abstract writeNumber(out: Writer, value: i32): void;

  /** An exception of this class, with a message and nothing else. */
  abstract writeThrowable(out: Writer, name: Slice, message: Slice): void;

  /** Begins a map of attachments; `mark` belongs to `closeMap`. */
  abstract openMap(out: Writer): i32;

  abstract writeEntry(out: Writer, key: Slice, value: Slice): void;

  abstract closeMap(out: Writer, mark: i32): void;
}

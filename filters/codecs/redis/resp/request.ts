import { Slice } from "meltemi/assembly";
import { Found, Line } from "./number";

/** What a walk through a request, or an answer, has come to. */
export enum Walked {
  More,
  /** The length is known. */
  Done,
  Bad,
}

// Redis' own bounds (PROTO_INLINE_MAX_SIZE, and 1024 * 1024 arguments).
export const MAX_INLINE: i32 = 65536;
export const MAX_ARGUMENTS: i64 = 1048576;

const line = new Line();

/**
 * Finds the end of a client's command. It goes on from where it stood when more bytes come: an array of 100,000 arguments
 * is walked once.
 *
 *   request   = multibulk / inline
 *   multibulk = "*" count CRLF *( "$" length CRLF bytes CRLF )
 *   inline    = *( words and blanks ) [ CR ] LF
 *
 * (redis.io, «Redis serialization protocol specification»: sending commands, inline commands.)
 */
export class RequestWalk {
  /** Where the next header, or the search for the line's end, goes on. */
  private at: i32 = 0;
  /** Arguments that are still to come; -1 before the first header. */
  private left: i64 = -1;
  private read: i32 = 0;
  /** The whole length, once it is known. */
  length: u64 = 0;
  /** Where the last header ends. */
  head: i32 = 0;
  /** Nothing to do, and no answer: an empty line, or no arguments. */
  empty: bool = false;

  start(): void {
    this.at = 0;
    this.left = -1;
    this.read = 0;
    this.empty = false;
  }

  /**
   * With `most` and `enough` it ends behind an argument where so many are read, or so many bytes: what was found is then the
   * beginning of a command, and more arguments are still to come.
   */
  run(bytes: Slice, most: i32 = i32.MAX_VALUE, enough: i32 = i32.MAX_VALUE): Walked {
    if (bytes.length == 0) return Walked.More;
    if (bytes.at(0) != 0x2a) return this.inline(bytes);
    if (this.left < 0) {
      const found = line.read(bytes, 0);
      if (found != Found.Line) return found == Found.More ? Walked.More : Walked.Bad;
      if (line.value > MAX_ARGUMENTS) return Walked.Bad;
      if (line.value <= 0) return this.nothing(line.end);
      this.left = line.value;
      this.at = line.end;
    }
    while (this.at < bytes.length) {
      if (bytes.at(this.at) != 0x24) return Walked.Bad;
      const found = line.read(bytes, this.at);
      if (found != Found.Line) return found == Found.More ? Walked.More : Walked.Bad;
      if (line.value < 0) return Walked.Bad;
      const end = <u64>line.end + <u64>line.value + 2;
      this.left--;
      // An argument of 2 GiB is refused by its length alone: what follows it is never looked for.
      if (this.left == 0 || end > <u64>i32.MAX_VALUE || ++this.read == most || end >= <u64>enough) {
        this.head = line.end;
        this.length = end;
        return Walked.Done;
      }
      this.at = <i32>end;
    }
    return Walked.More;
  }

  private inline(bytes: Slice): Walked {
    while (this.at < bytes.length && bytes.at(this.at) != 0x0a) this.at++;
    if (this.at >= MAX_INLINE) return Walked.Bad;
    if (this.at == bytes.length) return Walked.More;
    let blank = true;
    for (let i = 0; i < this.at && blank; i++) blank = isBlank(bytes.at(i));
    if (blank) return this.nothing(this.at + 1);
    this.head = this.at + 1;
    this.length = <u64>this.head;
    return Walked.Done;
  }

  private nothing(length: i32): Walked {
    this.empty = true;
    this.head = length;
    this.length = <u64>length;
    return Walked.Done;
  }
}

/** As C's `isspace`, and the zero byte, which ends the line for Redis. */
@inline
export function isBlank(byte: u8): bool {
  return byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte == 0;
}

import { Slice } from "meltemi/assembly";
import { Found, Line } from "./number";
import { Walked } from "./request";

const MAX_LINE: i32 = 65536;

const line = new Line();

/**
 * Reads one element of an answer: a line, or a bulk string with its bytes. Aggregates are their header alone; what they
 * hold is `children`.
 *
 *   answer    = simple / bulk / aggregate / attribute answer
 *   simple    = ( "+" / "-" / ":" / "_" / "," / "#" / "(" ) text CRLF
 *   bulk      = ( "$" / "!" / "=" ) length CRLF bytes CRLF          ; "$-1" is null
 *   aggregate = ( "*" / "~" / ">" ) count CRLF *answer / "%" count CRLF *( answer answer )     ; "*-1" is null
 *   attribute = "|" count CRLF *( answer answer )
 *
 * (redis.io, «Redis serialization protocol specification», RESP2 and RESP3. Streamed strings and aggregates, `$?`, are in
 * the specification of RESP3 but no server sends them.)
 */
export class Element {
  type: u8 = 0;
  /** Bytes of the element: of an aggregate, of its header. */
  length: u64 = 0;
  /** Where the header line ends. */
  head: i32 = 0;
  /** Answers that follow and belong to it. */
  children: i64 = 0;

  read(bytes: Slice, at: i32): Walked {
    if (at >= bytes.length) return Walked.More;
    const type = bytes.at(at);
    this.type = type;
    this.children = 0;
    if (isSimple(type)) return this.simple(bytes, at);
    if (!isBulk(type) && !isAggregate(type)) return Walked.Bad;
    const found = line.read(bytes, at);
    if (found != Found.Line) return found == Found.More ? Walked.More : Walked.Bad;
    this.head = line.end;
    this.length = <u64>(line.end - at);
    if (line.value < 0) return line.value == -1 && (type == 0x24 || type == 0x2a) ? Walked.Done : Walked.Bad;
    if (isBulk(type)) {
      this.length += <u64>line.value + 2;
    } else {
      if (line.value > <i64>u32.MAX_VALUE) return Walked.Bad;
      this.children = type == 0x25 || type == 0x7c ? line.value * 2 : line.value;
      if (type == 0x7c) this.children++;
    }
    return Walked.Done;
  }

  private simple(bytes: Slice, at: i32): Walked {
    let end = at + 1;
    while (end < bytes.length && bytes.at(end) != 0x0a) end++;
    if (end - at > MAX_LINE) return Walked.Bad;
    if (end >= bytes.length) return Walked.More;
    if (bytes.at(end - 1) != 0x0d) return Walked.Bad;
    this.head = end + 1;
    this.length = <u64>(end + 1 - at);
    return Walked.Done;
  }
}

const element = new Element();

/** Finds the end of an answer, however deep; counts what is still to come instead of nesting. Goes on where it stood. */
export class ReplyWalk {
  private at: i32 = 0;
  private left: i64 = 1;
  length: u64 = 0;
  head: i32 = 0;
  /** The answer's own type: that of what an attribute stands before. */
  type: u8 = 0;
  /** Answers of attributes that are still to come before the answer itself. */
  private before: i64 = 0;

  start(): void {
    this.at = 0;
    this.left = 1;
    this.before = 0;
    this.type = 0;
  }

  run(bytes: Slice): Walked {
    while (true) {
      const walked = element.read(bytes, this.at);
      if (walked != Walked.Done) return walked;
      this.left += element.children - 1;
      this.note();
      const end = <u64>this.at + element.length;
      if (this.left == 0 || end > <u64>i32.MAX_VALUE) {
        this.length = end;
        this.head = element.head;
        return Walked.Done;
      }
      this.at = <i32>end;
    }
  }

  private note(): void {
    if (this.type != 0) return;
    if (this.before > 1) this.before += element.children - 1;
    else if (element.type == 0x7c) this.before = element.children;
    else this.type = element.type;
  }
}

/** `+ - : _ , # (` */
@inline
function isSimple(type: u8): bool {
  return type == 0x2b || type == 0x2d || type == 0x3a || type == 0x5f || type == 0x2c || type == 0x23 || type == 0x28;
}

/** `$ ! =` */
@inline
function isBulk(type: u8): bool {
  return type == 0x24 || type == 0x21 || type == 0x3d;
}

/** `* ~ > % |` */
@inline
function isAggregate(type: u8): bool {
  return type == 0x2a || type == 0x7e || type == 0x3e || type == 0x25 || type == 0x7c;
}

import { Slice } from "meltemi/assembly";

/** What a service has decided; what is no such message says Unknown. */
export enum Code {
  Unknown,
  Ok,
  OverLimit,
}

const OVERALL_CODE: u64 = 1;
// Wire types of protobuf.
const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED32: u64 = 5;
const LONGEST_VARINT: i32 = 10;

/** RateLimitResponse { 1 overall_code enum { UNKNOWN, OK, OVER_LIMIT }, and what this filter has no use for } */
export function codeOf(message: Slice): Code {
  const reader = new FieldReader(message);
  let code: u64 = 0;
  while (reader.more()) {
    const tag = reader.varint();
    const type = tag & 7;
    if (type == VARINT) {
      const value = reader.varint();
      if (tag >> 3 == OVERALL_CODE) code = value;
    } else if (type == LENGTH_DELIMITED) reader.skip(reader.varint());
    else if (type == FIXED64) reader.skip(8);
    else if (type == FIXED32) reader.skip(4);
    else reader.skip(u64.MAX_VALUE);
  }
  if (!reader.good) return Code.Unknown;
  return code == 1 ? Code.Ok : code == 2 ? Code.OverLimit : Code.Unknown;
}

/** Goes through a message; where it is broken, to its end. */
class FieldReader {
  good: bool = true;
  private at: i32 = 0;

  constructor(private message: Slice) {}

  more(): bool {
    return this.at < this.message.length;
  }

  varint(): u64 {
    let value: u64 = 0;
    for (let i = 0; i < LONGEST_VARINT && this.more(); i++) {
      const byte = <u64>this.message.at(this.at++);
      value |= (byte & 0x7f) << (7 * <u64>i);
      if (byte < 0x80) return value;
    }
    this.skip(u64.MAX_VALUE);
    return 0;
  }

  /** More than there is: the message is broken. */
  skip(length: u64): void {
    const left = <u64>(this.message.length - this.at);
    if (length > left) this.good = false;
    this.at += <i32>min(length, left);
  }
}

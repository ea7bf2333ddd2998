// unframed = message
// framed   = length u32, message                                      length: of all that follows
// header   = length u32, 0f ff, flags u16, sequence u32, words u16, words * 4 bytes of headers, message (HeaderFormat.md)
//   headers = protocol varint (0 binary, 2 compact), count varint, transforms varint*, infos, zeros
// message  = strict: 80 01, 0, type u8, name str32, sequence u32, struct
//            old: name str32, type u8, sequence u32, struct
//            compact: 82, type<<5|1 u8, sequence varint, name str-varint, struct
// What a connection speaks is told by each message's first bytes: a length is below 2^31, so a first byte with its top
// bit set begins an unframed message; behind a length stand 80, 82 or 0f, or the 00 of an old message's short name,
// where an unframed old message has its name's first letter.
import { Reader, Slice } from "meltemi/assembly";
import { Dialect, MessageType, readVarint, Transport } from "../wire";

export enum Found {
  More,
  Bad,
  /** A frame whose length is known, and nothing else that could be used. */
  Opaque,
  Message,
}

/** So that a message's head can be kept for a local reply (Frame.keep). */
export const MAX_NAME: u64 = 960;
/** Where THeader's block of headers begins. */
export const HEADERS_AT: i32 = 14;

const STRICT: u8 = 0x80;
const STRICT_VERSION: u32 = 0x8001;
const COMPACT: u8 = 0x82;
const COMPACT_VERSION: u8 = 1;
const OLD: u8 = 0;
const HEADER: u8 = 0x0f;
const HEADER_MAGIC: u16 = 0x0fff;
const BINARY_ID: u64 = 0;
export const COMPACT_ID: u64 = 2;

/** Where the parts of one message stand. Used again from frame to frame. */
export class Envelope {
  transport: Transport = Transport.Unframed;
  dialect: Dialect = Dialect.Strict;
  type: i32 = 0;
  sequence: u32 = 0;
  name: Slice = Slice.empty();
  /** The length before the name, and what follows the name. */
  nameAt: i32 = 0;
  nameEnd: i32 = 0;
  /** The struct. */
  bodyAt: i32 = 0;
  /** Of the whole frame; zero where only the struct's end tells. */
  length: u64 = 0;
  /** THeader's own number, and where its infos begin and the message does. */
  headerSequence: u32 = 0;
  infosAt: i32 = 0;
  headersEnd: i32 = 0;


  @inline get compact(): bool {
    return this.dialect == Dialect.Compact;
  }

  /** Reads the head of what `input` begins with; `position` there is then the head's end, unless it is bad. */
  read(input: Reader): Found {
    this.clear();
    const have = input.remaining;
    if (input.peek() >= STRICT) return this.message(input);
    const length = input.u32();
    if (have < 5) return have == 4 && length == 0 ? Found.Bad : Found.More;
    const fifth = input.peek();
    if (fifth != STRICT && fifth != COMPACT && fifth != HEADER && fifth != OLD) {
      input.seek(0);
      return this.message(input);
    }
    this.transport = Transport.Framed;
    this.length = <u64>length + 4;
    const found = fifth == HEADER ? this.headers(input) : this.message(input);
    if (found == Found.More) return <u64>have >= this.length ? Found.Bad : Found.More;
    return <u64>input.position > this.length ? Found.Bad : found;
  }

  private clear(): void {
    this.transport = Transport.Unframed;
    this.dialect = Dialect.Strict;
    this.type = 0;
    this.sequence = 0;
    this.headerSequence = 0;
    this.name = Slice.empty();
    this.length = 0;
  }

  private headers(input: Reader): Found {
    this.transport = Transport.Header;
    const magic = input.u16();
    if (input.ok && magic != HEADER_MAGIC) return Found.Bad;
    input.skip(2);
    this.headerSequence = input.u32();
    this.sequence = this.headerSequence;
    this.headersEnd = HEADERS_AT + 4 * <i32>input.u16();
    const protocol = readVarint(input);
    const transforms = readVarint(input);
    if (!input.ok) return Found.More;
    if (input.position > this.headersEnd || <u64>this.headersEnd > this.length) return Found.Bad;
    if (protocol == COMPACT_ID) this.dialect = Dialect.Compact;
    if (transforms > 0 || (protocol != BINARY_ID && protocol != COMPACT_ID)) return Found.Opaque;
    this.infosAt = input.position;
    input.seek(this.headersEnd);
    if (!input.ok || input.remaining == 0) return Found.More;
    const asSaid = (input.peek() == COMPACT) == (protocol == COMPACT_ID);
    return asSaid ? this.message(input) : Found.Opaque;
  }

  private message(input: Reader): Found {
    if (input.remaining == 0) return Found.More;
    const first = input.peek();
    if (first == COMPACT) return this.compactMessage(input);
    if (first < STRICT) return this.oldMessage(input);
    if (first != STRICT) return this.unknown;
    this.dialect = Dialect.Strict;
    const version = input.u16();
    if (input.ok && version != STRICT_VERSION) return this.unknown;
    input.skip(1);
    this.type = input.u8();
    return this.named(input, false) ? this.end(input, input.u32()) : this.unnamed(input);
  }

  private oldMessage(input: Reader): Found {
    this.dialect = Dialect.Old;
    if (!this.named(input, false)) return this.unnamed(input);
    this.type = input.u8();
    return this.end(input, input.u32());
  }

  private compactMessage(input: Reader): Found {
    this.dialect = Dialect.Compact;
    input.skip(1);
    const versionAndType = input.u8();
    if (!input.ok) return Found.More;
    if ((versionAndType & 0x1f) != COMPACT_VERSION) return this.unknown;
    this.type = versionAndType >> 5;
    this.sequence = <u32>readVarint(input);
    return this.named(input, true) ? this.end(input, this.sequence) : this.unnamed(input);
  }

  /** False: too long a name, or not all of it is here. */
  private named(input: Reader, compact: bool): bool {
    this.nameAt = input.position;
    const length = compact ? readVarint(input) : <u64>input.u32();
    if (length > MAX_NAME) return false;
    const name = input.bytes(<i32>length);
    this.nameEnd = input.position;
    if (input.ok) this.name = name;
    return input.ok;
  }

  /** A name that cannot be kept is none that a method has. */
  private unnamed(input: Reader): Found {
    return input.ok ? this.unknown : Found.More;
  }

  private end(input: Reader, sequence: u32): Found {
    if (!input.ok) return Found.More;
    this.sequence = sequence;
    this.bodyAt = input.position;
    const known = this.type >= MessageType.CALL && this.type <= MessageType.ONE_WAY;
    return known ? Found.Message : this.unknown;
  }

  /** With a length before it, what we do not know can be passed on. */
  private get unknown(): Found {
    return this.transport == Transport.Unframed ? Found.Bad : Found.Opaque;
  }
}

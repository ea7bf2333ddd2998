import { lower, Slice } from "../../bytes";
import { Carry } from "../buffers";
import { HeaderList } from "../hpack";

// RFC 9112, as Envoy's client writes it:
//   request = request-line CRLF, (name ":" OWS value OWS CRLF)*, CRLF, body
//   body    = content-length bytes, or chunks: (size in hex [;extension] CRLF, size bytes, CRLF)*, "0" CRLF, CRLF

/** What arrives in an HTTP/1.1 request; views are good until the callback returns. */
export interface Http1Events {
  onHead(headers: HeaderList): void;
  onBody(bytes: Slice): void;
  onEnd(): void;
}

enum State {
  Head,
  Body,
  ChunkSize,
  ChunkEnd,
  Trailers,
}

const CONTENT_LENGTH = Slice.fixed("content-length");
const TRANSFER_ENCODING = Slice.fixed("transfer-encoding");
const MAX_HEAD: i32 = 1048576;
const CR: u8 = 13;
const LF: u8 = 10;

/** Cuts the requests of a connection into heads and bodies. */
export class Http1Receiver {
  private carry: Carry = new Carry();
  private headers: HeaderList = new HeaderList();
  private state: State = State.Head;
  /** Bytes of the body, or of the chunk, that are still to come. */
  private left: u64 = 0;
  private chunked: bool = false;
  private cursor: usize = 0;
  private end: usize = 0;

  /** Takes the next bytes. False: this is no HTTP/1.1, and the connection cannot go on. */
  receive(input: Slice, events: Http1Events): bool {
    const all = this.carry.join(input);
    this.cursor = all.ptr;
    this.end = all.end;
    let good = true;
    while (good && this.cursor < this.end) {
      const before = this.cursor;
      const state = this.state;
      good = this.step(events);
      if (this.cursor == before && this.state == state) break;
    }
    this.carry.keep(all, <i32>(this.cursor - all.ptr), 0);
    return good && this.carry.length <= MAX_HEAD;
  }

  free(): void {
    this.carry.free();
  }

  private step(events: Http1Events): bool {
    if (this.state == State.Head) return this.head(events);
    if (this.state == State.Body) return this.body(events);
    const line = this.line();
    if (line == null) return true;
    if (this.state == State.ChunkSize) return this.chunkSize(line);
    if (this.state == State.ChunkEnd) {
      this.state = State.ChunkSize;
      return line.length == 0;
    }
    if (line.length == 0) this.finish(events);
    return true; // a trailer says nothing to us
  }

  private head(events: Http1Events): bool {
    const start = this.cursor;
    const first = this.line();
    if (first == null) return true;
    this.headers.clear();
    this.left = 0;
    this.chunked = false;
    while (true) {
      const line = this.line();
      if (line == null) {
        this.cursor = start; // the rest of the head is still to come
        return true;
      }
      if (line.length == 0) break;
      if (!this.header(line)) return false;
    }
    events.onHead(this.headers);
    if (this.chunked) this.state = State.ChunkSize;
    else if (this.left > 0) this.state = State.Body;
    else this.finish(events);
    return true;
  }

  private header(line: Slice): bool {
    let colon = 0;
    while (colon < line.length && line.at(colon) != 0x3a) {
      store<u8>(line.ptr + <usize>colon, lower(line.at(colon)));
      colon++;
    }
    if (colon == 0 || colon == line.length) return false;
    let from = colon + 1;
    let to = line.length;
    while (from < to && isBlank(line.at(from))) from++;
    while (to > from && isBlank(line.at(to - 1))) to--;
    const name = Slice.view(line.ptr, colon);
    const value = Slice.view(line.ptr + <usize>from, to - from);
    if (name.equals(CONTENT_LENGTH)) this.left = <u64>value.decimal();
    if (name.equals(TRANSFER_ENCODING)) this.chunked = true;
    this.headers.add(name, value);
    return true;
  }

  private body(events: Http1Events): bool {
    const part = <i32>min(this.left, <u64>(this.end - this.cursor));
    events.onBody(Slice.view(this.cursor, part));
    this.cursor += <usize>part;
    this.left -= <u64>part;
    if (this.left > 0) return true;
    if (this.chunked) this.state = State.ChunkEnd;
    else this.finish(events);
    return true;
  }

  private chunkSize(line: Slice): bool {
    let size: u64 = 0;
    let digits = 0;
    while (digits < line.length && digits < 9) {
      const digit = hexDigit(line.at(digits));
      if (digit < 0) break;
      size = (size << 4) | (<u64>digit);
      digits++;
    }
    if (digits == 0 || digits == 9) return false;
    this.left = size;
    this.state = size == 0 ? State.Trailers : State.Body;
    return true;
  }

  private finish(events: Http1Events): void {
    this.state = State.Head;
    events.onEnd();
  }

  /** The next line without its end; null where its end is still to come. */
  private line(): Slice | null {
    const start = this.cursor;
    for (let at = start; at < this.end; at++) {
      if (load<u8>(at) != LF) continue;
      this.cursor = at + 1;
      const bare = at > start && load<u8>(at - 1) == CR ? at - 1 : at;
      return Slice.view(start, <i32>(bare - start));
    }
    return null;
  }
}


@inline
function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}

function hexDigit(byte: u8): i32 {
  if (byte >= 0x30 && byte <= 0x39) return <i32>byte - 0x30;
  const letter = (<i32>byte) | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

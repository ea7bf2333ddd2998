import { Slice, Writer } from "../../bytes";
import { Carry } from "../buffers";
import { HeaderList, HpackDecoder } from "../hpack";
import { HEADER_TABLE_SIZE, FRAME_HEAD, FrameType, Flag, MAX_FRAME_SIZE, MAX_STREAM_ID, Setting } from "./frame";

/** What arrives on an HTTP/2 connection; views are good until the callback returns. */
export interface Http2Events {
  onHeaders(stream: u32, headers: HeaderList, endStream: bool): void;
  onData(stream: u32, bytes: Slice, endStream: bool): void;
  onReset(stream: u32, code: u32): void;
  onInitialWindow(size: u32): void;
  /** @param headerTableSize the largest table of header blocks to this peer */
  onSettings(headerTableSize: u32): void;
  onPing(data: u64): void;
  onPong(): void;
  onGoAway(lastStream: u32): void;
  onWindowUpdate(stream: u32, increment: u32): void;
}

/** Cuts one direction of a connection into frames and tells what they say. */
export class Http2Receiver {
  private carry: Carry = new Carry();
  private decoder: HpackDecoder;
  private headers: HeaderList = new HeaderList();
  /** A header block that goes on in CONTINUATION frames; `blockStream` is zero where there is none. */
  private block: Writer = new Writer();
  private blockStream: u32 = 0;
  private blockEnds: bool = false;
  /** The peer's SETTINGS_HEADER_TABLE_SIZE: as long as it announces none, the one that HTTP/2 begins with. */
  private peerTableSize: u32 = HEADER_TABLE_SIZE;

  /** @param headerTableSize SETTINGS_HEADER_TABLE_SIZE as we announce it */
  constructor(
    headerTableSize: i32,
    private maxHeaderBlock: i32,
  ) {
    this.decoder = new HpackDecoder(headerTableSize);
  }

  /** Takes the next bytes. False: the peer breaks the protocol, and the connection cannot go on. */
  receive(input: Slice, events: Http2Events): bool {
    const all = this.carry.join(input);
    let at = all.ptr;
    const end = all.end;
    let good = true;
    while (good && <i32>(end - at) >= FRAME_HEAD) {
      const length = <i32>(bswap<u32>(load<u32>(at)) >> 8);
      if (length > MAX_FRAME_SIZE) {
        good = false;
        break;
      }
      if (<i32>(end - at) < FRAME_HEAD + length) break;
      const flags = <u32>load<u8>(at, 4);
      const stream = bswap<u32>(load<u32>(at, 5)) & MAX_STREAM_ID;
      good = this.frame(events, <FrameType>load<u8>(at, 3), flags, stream, at + FRAME_HEAD, length);
      at += <usize>(FRAME_HEAD + length);
    }
    this.carry.keep(all, <i32>(at - all.ptr), 0);
    return good;
  }

  free(): void {
    this.carry.free();
    this.block.free();
    this.decoder.free();
  }

  private frame(events: Http2Events, type: FrameType, flags: u32, stream: u32, ptr: usize, length: i32): bool {
    if (this.blockStream != 0 && (type != FrameType.Continuation || stream != this.blockStream)) return false;
    if (type == FrameType.Data) return this.data(events, flags, stream, ptr, length);
    if (type == FrameType.Headers) return this.headersFrame(events, flags, stream, ptr, length);
    if (type == FrameType.Continuation) return this.continuation(events, flags, ptr, length);
    if (type == FrameType.WindowUpdate) {
      if (length != 4) return false;
      events.onWindowUpdate(stream, bswap<u32>(load<u32>(ptr)) & MAX_STREAM_ID);
    } else if (type == FrameType.RstStream) {
      if (length != 4) return false;
      events.onReset(stream, bswap<u32>(load<u32>(ptr)));
    } else if (type == FrameType.Settings) {
      return this.settings(events, flags, ptr, length);
    } else if (type == FrameType.Ping) {
      if (length != 8) return false;
      if (flags & Flag.Ack) events.onPong();
      else events.onPing(load<u64>(ptr));
    } else if (type == FrameType.GoAway) {
      if (length < 8) return false;
      events.onGoAway(bswap<u32>(load<u32>(ptr)) & MAX_STREAM_ID);
    }
    return true; // PRIORITY and unknown types say nothing to us (section 5.5)
  }

  private data(events: Http2Events, flags: u32, stream: u32, ptr: usize, length: i32): bool {
    const padding = flags & Flag.Padded ? paddingOf(ptr, length) : 0;
    if (padding < 0 || stream == 0) return false;
    const from = flags & Flag.Padded ? 1 : 0;
    events.onData(stream, Slice.view(ptr + <usize>from, length - from - padding), (flags & Flag.EndStream) != 0);
    return true;
  }

  private headersFrame(events: Http2Events, flags: u32, stream: u32, ptr: usize, length: i32): bool {
    const padding = flags & Flag.Padded ? paddingOf(ptr, length) : 0;
    const from = (flags & Flag.Padded ? 1 : 0) + (flags & Flag.Priority ? 5 : 0);
    if (padding < 0 || stream == 0 || from + padding > length) return false;
    const part = Slice.view(ptr + <usize>from, length - from - padding);
    const ends = (flags & Flag.EndStream) != 0;
    if (flags & Flag.EndHeaders) return this.whole(events, stream, part, ends);
    this.block.reset();
    this.block.bytes(part);
    this.blockStream = stream;
    this.blockEnds = ends;
    return true;
  }

  private continuation(events: Http2Events, flags: u32, ptr: usize, length: i32): bool {
    const stream = this.blockStream;
    if (stream == 0 || this.block.length + length > this.maxHeaderBlock) return false;
    this.block.copy(ptr, length);
    if ((flags & Flag.EndHeaders) == 0) return true;
    this.blockStream = 0;
    const good = this.whole(events, stream, this.block.view(), this.blockEnds);
    this.block.free();
    return good;
  }

  private whole(events: Http2Events, stream: u32, block: Slice, endStream: bool): bool {
    this.headers.clear();
    if (!this.decoder.decode(block, this.headers)) return false;
    events.onHeaders(stream, this.headers, endStream);
    return true;
  }

  private settings(events: Http2Events, flags: u32, ptr: usize, length: i32): bool {
    if (flags & Flag.Ack) return length == 0;
    if (length % 6 != 0) return false;
    for (let i = 0; i < length; i += 6) {
      const at = ptr + <usize>i;
      const name = <u32>bswap<u16>(load<u16>(at));
      const value = bswap<u32>(load<u32>(at, 2));
      if (name == Setting.InitialWindowSize) events.onInitialWindow(value);
      else if (name == Setting.HeaderTableSize) this.peerTableSize = value;
    }
    events.onSettings(this.peerTableSize);
    return true;
  }
}

/** The bytes of padding behind a frame's content (section 6.1), or -1 where there are not so many. */
function paddingOf(ptr: usize, length: i32): i32 {
  const padding = length > 0 ? <i32>load<u8>(ptr) : length;
  return padding < length ? padding : -1;
}

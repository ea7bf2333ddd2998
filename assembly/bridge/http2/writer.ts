import { arenaTake, Slice, Writer } from "../../bytes";
import { FRAME_HEAD, FrameType, Flag, MAX_FRAME_SIZE } from "./frame";

export function writeFrameHead(out: Writer, length: i32, type: FrameType, flags: u32, stream: u32): void {
  out.u24(length);
  out.u8(type);
  out.u8(flags);
  out.u32(stream);
}

/** Bytes as DATA frames; none at all where there are no bytes and the stream does not end. */
export function writeData(out: Writer, stream: u32, ptr: usize, length: i32, endStream: bool): void {
  let rest = length;
  while (rest > MAX_FRAME_SIZE) {
    writeFrameHead(out, MAX_FRAME_SIZE, FrameType.Data, 0, stream);
    out.copy(ptr, MAX_FRAME_SIZE);
    ptr += MAX_FRAME_SIZE;
    rest -= MAX_FRAME_SIZE;
  }
  if (rest == 0 && !endStream) return;
  writeFrameHead(out, rest, FrameType.Data, endStream ? Flag.EndStream : 0, stream);
  out.copy(ptr, rest);
}

/** Makes room for a HEADERS frame's head: the block is then written behind it, and `endHeaders` closes it. */
export function beginHeaders(out: Writer): i32 {
  return out.reserve(FRAME_HEAD);
}

/** Completes the HEADERS frame that `beginHeaders` placed at `start`; a long block goes on in CONTINUATION frames. */
export function endHeaders(out: Writer, start: i32, stream: u32, endStream: bool): void {
  const flags = endStream ? Flag.EndStream : 0;
  const length = out.length - start - FRAME_HEAD;
  if (length <= MAX_FRAME_SIZE) {
    patchHead(out, start, length, FrameType.Headers, flags | Flag.EndHeaders, stream);
    return;
  }
  const tail = Slice.view(arenaTake(<usize>(length - MAX_FRAME_SIZE)), length - MAX_FRAME_SIZE);
  memory.copy(tail.ptr, out.ptr + <usize>(start + FRAME_HEAD + MAX_FRAME_SIZE), <usize>tail.length);
  out.truncate(start + FRAME_HEAD + MAX_FRAME_SIZE);
  patchHead(out, start, MAX_FRAME_SIZE, FrameType.Headers, flags, stream);
  for (let done = 0; done < tail.length; done += MAX_FRAME_SIZE) {
    const part = min(tail.length - done, MAX_FRAME_SIZE);
    const last = done + part == tail.length;
    writeFrameHead(out, part, FrameType.Continuation, last ? Flag.EndHeaders : 0, stream);
    out.copy(tail.ptr + <usize>done, part);
  }
}

/** A SETTINGS frame of one or two settings; a second of zero is left out. */
export function writeSettings(out: Writer, first: u32, value: u32, second: u32 = 0, secondValue: u32 = 0): void {
  writeFrameHead(out, second == 0 ? 6 : 12, FrameType.Settings, 0, 0);
  out.u16(first);
  out.u32(value);
  if (second == 0) return;
  out.u16(second);
  out.u32(secondValue);
}

export function writeSettingsAck(out: Writer): void {
  writeFrameHead(out, 0, FrameType.Settings, Flag.Ack, 0);
}

export function writeWindowUpdate(out: Writer, stream: u32, increment: u32): void {
  writeFrameHead(out, 4, FrameType.WindowUpdate, 0, stream);
  out.u32(increment);
}

export function writePing(out: Writer, ack: bool, data: u64): void {
  writeFrameHead(out, 8, FrameType.Ping, ack ? Flag.Ack : 0, 0);
  out.u64le(data);
}

export function writeReset(out: Writer, stream: u32, code: u32): void {
  writeFrameHead(out, 4, FrameType.RstStream, 0, stream);
  out.u32(code);
}

export function writeGoAway(out: Writer, lastStream: u32, code: u32): void {
  writeFrameHead(out, 8, FrameType.GoAway, 0, 0);
  out.u32(lastStream);
  out.u32(code);
}

function patchHead(out: Writer, start: i32, length: i32, type: FrameType, flags: u32, stream: u32): void {
  out.patchU24(start, length);
  store<u8>(out.ptr + <usize>start, <u8>type, 3);
  store<u8>(out.ptr + <usize>start, <u8>flags, 4);
  out.patchU32(start + 5, stream);
}

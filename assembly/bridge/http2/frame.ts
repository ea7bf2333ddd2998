// RFC 9113, section 4.1:  frame = length u24, type u8, flags u8, stream u32 (highest bit reserved), payload
import { Slice } from "../../bytes";

export const FRAME_HEAD: i32 = 9;

/** SETTINGS_MAX_FRAME_SIZE where nobody announces another; we neither send nor take longer frames. */
export const MAX_FRAME_SIZE: i32 = 16384;

export const MAX_STREAM_ID: u32 = 0x7fffffff;

/** The largest window (section 6.9.1). */
export const MAX_WINDOW: i32 = 0x7fffffff;

/** SETTINGS_HEADER_TABLE_SIZE where nobody announces another (section 6.5.2). */
export const HEADER_TABLE_SIZE: i32 = 4096;

/** The window of streams and connections before SETTINGS and WINDOW_UPDATE (section 6.9.2). */
export const FIRST_WINDOW: i32 = 65535;

/** What a client's connection begins with (section 3.4). */
export const PREFACE = Slice.fixed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export enum FrameType {
  Data = 0,
  Headers = 1,
  Priority = 2,
  RstStream = 3,
  Settings = 4,
  PushPromise = 5,
  Ping = 6,
  GoAway = 7,
  WindowUpdate = 8,
  Continuation = 9,
}

export namespace Flag {
  export const Ack: u32 = 0x1;
  export const EndStream: u32 = 0x1;
  export const EndHeaders: u32 = 0x4;
  export const Padded: u32 = 0x8;
  export const Priority: u32 = 0x20;
}

/** SETTINGS that we send or heed (section 6.5.2). */
export namespace Setting {
  export const HeaderTableSize: u32 = 1;
  export const MaxConcurrentStreams: u32 = 3;
  export const InitialWindowSize: u32 = 4;
}

/** RST_STREAM's and GOAWAY's reasons (section 7). */
export namespace ErrorCode {
  export const None: u32 = 0;
  export const Internal: u32 = 2;
  export const RefusedStream: u32 = 7;
  export const Cancel: u32 = 8;
  export const EnhanceYourCalm: u32 = 11;
}

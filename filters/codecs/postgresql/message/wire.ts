// PostgreSQL's frontend/backend protocol 3 (postgresql.org/docs/current/protocol-message-formats.html).
//   first messages of a client = length u32 (of all of it), code u32, rest
//     code 196608 and above (major version 3): StartupMessage; 80877102: CancelRequest; 80877103: SSLRequest;
//     80877104: GSSENCRequest
//   all later messages, of both sides = type u8, length u32 (of all but the type), rest
import { Frame, Kind, Reader, Scan, Slice } from "meltemi/assembly";

export const CANCEL: u32 = 80877102;
export const SSL_REQUEST: u32 = 80877103;
export const GSS_REQUEST: u32 = 80877104;

// MAX_STARTUP_PACKET_LENGTH of the server.
const MAX_STARTUP: u32 = 10000;

/** Types of messages that we look into. */
export namespace Type {
  export const Bind: u8 = 0x42; // B
  export const CommandComplete: u8 = 0x43; // C, of the server
  export const Execute: u8 = 0x45; // E, of the client
  export const ErrorResponse: u8 = 0x45; // E, of the server
  export const FunctionCall: u8 = 0x46; // F
  export const BackendKeyData: u8 = 0x4b; // K
  export const Parse: u8 = 0x50; // P
  export const Query: u8 = 0x51; // Q
  export const ParameterStatus: u8 = 0x53; // S, of the server
  export const Sync: u8 = 0x53; // S, of the client
  export const Terminate: u8 = 0x58; // X
  export const ReadyForQuery: u8 = 0x5a; // Z
}

export function scanStartup(input: Reader, frame: Frame): Scan {
  if (input.remaining < 8) return input.remaining > 0 && input.peek() != 0 ? Scan.Bad : Scan.More;
  const length = input.u32();
  if (length < 8 || length > MAX_STARTUP) return Scan.Bad;
  frame.keep = <i32>length;
  return frame.is(Kind.Request, 8, length);
}

/** @param kept how many bytes the codec wants to see of a message of this type; zero: its head */
export function scanMessage(input: Reader, frame: Frame, kept: (type: u8) => i32): Scan {
  if (input.remaining < 5) return Scan.More;
  const type = input.u8();
  const length = input.u32();
  if (length < 4) return Scan.Bad;
  frame.keep = kept(type);
  return frame.is(Kind.Request, 5, <u64>length + 1);
}

/** The code of a whole first message. */
export function startupCode(bytes: Slice): u32 {
  return bswap<u32>(load<u32>(bytes.ptr, 4));
}

/** The text from `at` to the zero byte that ends it, or to the end of the bytes. */
export function textAt(bytes: Slice, at: i32): Slice {
  if (at >= bytes.length) return Slice.empty();
  let end = at;
  while (end < bytes.length && bytes.at(end) != 0) end++;
  return Slice.view(bytes.ptr + <usize>at, end - at);
}

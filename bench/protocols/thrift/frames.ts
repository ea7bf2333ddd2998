// Framed transport, strict binary protocol:
//   frame:   length u32, then 0x8001 00 type, name length u32, name, sequence id u32, struct
//   struct:  field type u8 (0x0b string), field id u16, length u32, bytes; 0x00 at the end
import { Frames } from "../../framed.js";

export const SERVICE = "bench";
/** What all methods begin with. */
export const METHOD = "echo";
const NAME_BYTES = name(0).length;
/** Where the sequence id stands. */
export const ID_OFFSET = 12 + NAME_BYTES;
export const TYPE_OFFSET = 7;
export const [CALL, REPLY] = [1, 2];

/** `string echo00(1: string text)` of a multiplexed service, with a text of so many bytes; the sequence id is 0. */
export function thriftCall(bytes: number, key = 0): Buffer {
  return message(CALL, key, 1, "x".repeat(bytes));
}

export function thriftReply(): Buffer {
  return message(REPLY, 0, 0, "Hello thrift, response from 127.0.0.1");
}

export function thriftFrames(): Frames {
  return new Frames(4, (bytes, at) => 4 + bytes.readUInt32BE(at));
}

/** As TMultiplexedProtocol writes it, and all of one length. */
function name(key: number): string {
  return `${SERVICE}:${METHOD}${`${key}`.padStart(2, "0")}`;
}

function message(type: number, key: number, field: number, text: string): Buffer {
  const body = Buffer.concat([
    Buffer.from([0x80, 1, 0, type]),
    counted(name(key)),
    Buffer.from([0, 0, 0, 0]),
    Buffer.from([0x0b, 0, field]),
    counted(text),
    Buffer.from([0]),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function counted(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, "latin1")]);
}

// Dubbo 2 frames as a consumer sends them: magic da bb, flag, status, id u64, body length u32, then Hessian2 values.

import { Frames } from "../../framed.js";

export const INTERFACE = "org.apache.dubbo.samples.basic.api.DemoService";
const CHUNK = 0x7000;

/**
 * A two-way request whose one argument is a string of `bytes` characters; its id is at `ID_OFFSET`.
 * @param key tells requests apart that the rules, which look at `batchJob`, all let through
 * @param more attachments beside the usual ones
 */
export function dubboRequest(bytes: number, key = 0, more: Readonly<Record<string, string>> = {}): Buffer {
  const attachments = { path: INTERFACE, batchJob: `true${key}`, interface: INTERFACE, ...more };
  const body = Buffer.concat([
    ...["2.0.2", INTERFACE, "0.0.0", "sayHello", "Ljava/lang/String;"].map(text),
    longText("x".repeat(bytes)),
    Buffer.from("H"),
    ...Object.entries(attachments).flatMap(([name, value]) => [text(name), text(value)]),
    Buffer.from("Z"),
  ]);
  return frame(0xc2, 0, body);
}

/** An answer: value with no attachments. */
export function dubboResponse(): Buffer {
  return frame(
    0x02,
    20,
    Buffer.concat([Buffer.from([0x94]), text("Hello dubbo, response from provider: 127.0.0.1"), Buffer.from("HZ")]),
  );
}

export const ID_OFFSET = 4;
export const HEADER_LENGTH = 16;

export function dubboFrames(): Frames {
  return new Frames(HEADER_LENGTH, (bytes, at) => HEADER_LENGTH + bytes.readUInt32BE(at + 12));
}

function frame(flag: number, status: number, body: Buffer): Buffer {
  const header = Buffer.from([0xda, 0xbb, flag, status, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 12);
  return Buffer.concat([header, body]);
}

/** Hessian2 short strings: a length octet below 32, or 0x30 and ten bits of length. */
function text(value: string): Buffer {
  const head = value.length < 32 ? [value.length] : [0x30 | (value.length >> 8), value.length & 0xff];
  return Buffer.concat([Buffer.from(head), Buffer.from(value)]);
}

/** Hessian2 long strings: chunks 'R' with a 16-bit length, the last one 'S'. */
function longText(value: string): Buffer {
  const parts: Buffer[] = [];
  let rest = value;
  for (; rest.length > CHUNK; rest = rest.slice(CHUNK)) parts.push(chunk(0x52, rest.slice(0, CHUNK)));
  return Buffer.concat([...parts, chunk(0x53, rest)]);
}

function chunk(tag: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([tag, value.length >> 8, value.length & 0xff]), Buffer.from(value)]);
}

import type { Turn } from "../../../testing/codec/index.js";

const QUERIES = 20;
const ROWS = 20;
/** As much as a DATA frame of HTTP/2 takes. */
const PIECE = 16_384;

/** A session that reads many rows, each with a value of so many bytes; `type u8, length u32, body` (protocol 3). */
export function conversation(bytes: number): Turn[] {
  const row = message("D", Buffer.concat([u16(1), u32(bytes), Buffer.alloc(bytes, "x")]));
  const done = [message("C", Buffer.from(`SELECT ${ROWS}\0`)), message("Z", Buffer.from("I"))];
  const answer = Buffer.concat([...Array.from({ length: ROWS }, () => row), ...done]);
  const round = [said("Client", message("Q", Buffer.from("select value from t\0"))), ...pieces(answer)];
  const parameters = Buffer.from("user\0postgres\0database\0postgres\0\0");
  return [
    said("Client", Buffer.concat([u32(8 + parameters.length), u32(196608), parameters])),
    said("Server", Buffer.concat([message("R", u32(0)), message("Z", Buffer.from("I"))])),
    ...Array.from({ length: QUERIES }, () => round).flat(),
  ];
}

function pieces(answer: Buffer): Turn[] {
  const count = Math.ceil(answer.length / PIECE);
  return Array.from({ length: count }, (_, i) => said("Server", answer.subarray(i * PIECE, (i + 1) * PIECE)));
}

function said(from: Turn["from"], bytes: Buffer): Turn {
  return { from, bytes };
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), u32(4 + body.length), body]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

import { fileURLToPath } from "node:url";
import { readSessions, type SessionSample } from "../../../../testing/codec/index.js";

export const source = { folder: "filters/codecs/postgresql" };

/** Sessions of npm's pg with a real server (samples/record.mjs). */
export function recorded(): SessionSample[] {
  return readSessions(fileURLToPath(new URL("../samples", import.meta.url)));
}

/** `type u8, length u32, bytes`; the length may be declared other than it is. */
export function message(type: string, body: Uint8Array | string, length = Buffer.from(body).length + 4): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

/** `length u32, code u32, parameters`. */
export function startup(parameters: readonly (readonly [string, string])[], code = 196608): Buffer {
  const body = Buffer.from(`${parameters.map(([name, value]) => `${name}\0${value}\0`).join("")}\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.writeUInt32BE(code >>> 0, 4);
  return Buffer.concat([head, body]);
}

const LONG = 2 ** 31 - 1;

export const bombs = [
  { from: "Client", bytes: message("Q", "select 'a", LONG) },
  { from: "Client", bytes: message("P", "name\0select", 2 ** 32 - 1) },
  { from: "Client", bytes: message("B", "", LONG) },
  { from: "Client", bytes: message("d", "x", 2 ** 32 - 1) },
  { from: "Server", bytes: message("E", "SERROR\0", LONG) },
  { from: "Server", bytes: message("K", "", 2 ** 32 - 1) },
  { from: "Server", bytes: message("D", "x", LONG) },
] as const;

export const noStarts = [
  Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
  Buffer.alloc(64, 0xff),
  Buffer.from("160301020001", "hex"),
  Buffer.from([0, 0, 0, 4, 0, 3, 0, 0]), // shorter than its own head
  Buffer.from([0, 0, 0x27, 0x11, 0, 3, 0, 0]), // 10,001 bytes, one more than the server takes
  startup([["user", "a"]], 131072), // protocol 2
  startup([["user", "a"]], 327680), // protocol 5
  startup([["database", "nobody's"]]),
];

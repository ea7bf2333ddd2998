import type { Protocol } from "../protocol.js";
import { RedisBackend } from "./backend.js";
import { answerOf, commandOf, RedisCaller } from "./caller.js";
import { Decoder, readReply } from "./wire.js";

/** The codec looks at so much of a long command before it says what it is. */
const LOOKED_AT = 1024;

/** Redis. It has no ids; of attributes that rules may match on, the suite gives it `key`. */
export const redis: Protocol = {
  name: "redis",
  codec: "aeraki.meta_protocol.codec.redis",
  idBits: 0,
  pins: true,
  backend: (name, port) => RedisBackend.start(name, port),
  caller: (port, timeoutMs = 5_000) => new RedisCaller(port, timeoutMs),
  request: (_id, call) => commandOf(call),
  declare: (_id, bytes) => Buffer.from(`*3\r\n$3\r\nset\r\n$3\r\nkey\r\n$${bytes}\r\n${"x".repeat(LOOKED_AT)}`),
  answers: (bytes) => new Decoder(readReply).push(bytes).map((reply) => ({ id: 0n, ...answerOf(reply) })),
  withoutId: (raw) => raw,
  // What is garbage to others may be the beginning of an inline command, whose line has not ended yet.
  garbage: [
    ["another protocol", Buffer.from("POST / HTTP/1.1\r\nhost: x\r\n\r\n")],
    ["an argument of another type", Buffer.from("*1\r\n:1\r\n")],
    ["no number", Buffer.from("*x\r\n")],
  ],
};

import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { readFrames, type SampleFrame } from "../../../../testing/codec/index.js";

export const source = { folder: "filters/codecs/redis", module: "redis", name: "Redis" };

type Text = string | Uint8Array;

/** A command as clients send it: an array of bulk strings. */
export function command(...args: readonly Text[]): Buffer {
  return Buffer.concat([Buffer.from(`*${args.length}\r\n`), ...args.map(bulk)]);
}

export function bulk(value: Text): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
}

const made = (name: string, from: SampleFrame["from"], bytes: Uint8Array): SampleFrame => ({ name, from, bytes });
const client = (...args: readonly Text[]) => made(args.join(" ").slice(0, 40), "Client", command(...args));
const server = (text: string) => made(JSON.stringify(text).slice(0, 40), "Server", Buffer.from(text));

/** Commands of npm's ioredis and a real server's answers (samples/record.mjs). */
export function recorded(): SampleFrame[] {
  return readFrames(fileURLToPath(new URL("../samples", import.meta.url)));
}

/** Commands and answers of every kind, RESP2's and RESP3's. */
export const samples: readonly SampleFrame[] = [
  ...recorded(),
  client("GET", "cart:1"),
  client("set", "cart:1", "value", "EX", "10"),
  client("SET", Buffer.from([0, 255, 13, 10]), Buffer.alloc(3000, 0x0d)),
  client("MGET", "a", "b", "c"),
  client("MSET", "p:a", "1", "p:b", "2"),
  client("PING"),
  client("PING", "hello"),
  client("HELLO", "3"),
  client("MULTI"),
  client("BLPOP", "queue", "0"),
  client("SUBSCRIBE", "news"),
  client("EVAL", "return 1", "2", "a", "b", "argument"),
  client("CONFIG", "GET", "maxmemory"),
  client("no.such.command", "x"),
  client("XREAD", "COUNT", "2", "STREAMS", "one", "two", "0", "0"),
  client(""),
  made("inline", "Client", Buffer.from("SET key 'a value'\r\n")),
  made("inline, LF", "Client", Buffer.from("get key\n")),
  made("empty line", "Client", Buffer.from("\r\n")),
  made("no arguments", "Client", Buffer.from("*0\r\n")),
  made("less than none", "Client", Buffer.from("*-1\r\n")),
  ...["+OK\r\n", ":-12\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", "$0\r\n\r\n", "$5\r\nva\r\nl\r\n"].map(server),
  ...["-ERR no\r\n", "-LOADING wait\r\n", "_\r\n", ",1.5\r\n", "#t\r\n", "(123\r\n", "=5\r\ntxt:x\r\n"].map(server),
  ...[
    "!9\r\nERR it is\r\n",
    "*2\r\n*2\r\n:1\r\n+a\r\n$1\r\nx\r\n",
    "%1\r\n+k\r\n*1\r\n:1\r\n",
    "~2\r\n:1\r\n:2\r\n",
  ].map(server),
  ...["|1\r\n+ttl\r\n:9\r\n$1\r\nx\r\n", ">3\r\n+message\r\n+c\r\n+m\r\n", "*3\r\n$7\r\nmessage\r\n+c\r\n+m\r\n"].map(
    server,
  ),
];

const text = fc.oneof(fc.stringMatching(/^[a-z:]{0,12}$/), fc.uint8Array({ maxLength: 40 }));
const names = fc.constantFrom(
  "get",
  "SET",
  "mget",
  "DEL",
  "zunionstore",
  "eval",
  "xread",
  "hello",
  "auth",
  "client",
  "object",
  "bitop",
);
const word = fc.oneof(text, fc.constantFrom("1", "2", "999999999", "STREAMS", "BLOCK", "usage", "setname"));

const commands = fc
  .tuple(names, fc.array(word, { maxLength: 8 }))
  .map(([name, args]) => made("made", "Client", command(name, ...args)));

const reply = fc.letrec<{ any: Buffer }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom("+OK", ":1", "-ERR x", "$-1", "_", "#f", ",inf").map((line) => Buffer.from(`${line}\r\n`)),
    fc.uint8Array({ maxLength: 30 }).map(bulk),
    fc
      .tuple(fc.constantFrom("*", "~", ">"), fc.array(tie("any"), { maxLength: 4 }))
      .map(([type, items]) => Buffer.concat([Buffer.from(`${type}${items.length}\r\n`), ...items])),
  ),
}));

export const frames = fc.oneof(
  commands,
  reply.any.map((bytes) => made("made", "Server", bytes)),
);

/** Declared and never sent; a kilobyte of it is there, as the codec wants to see so much of a long command. */
export const bombs: readonly Uint8Array[] = [
  "*2\r\n$3\r\nGET\r\n$999999999999\r\n",
  "*3\r\n$3\r\nGET\r\n$2147483647\r\n",
  `*9999999999\r\n`,
].map((text) => Buffer.from(text.padEnd(1200, "x")));

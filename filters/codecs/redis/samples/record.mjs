// Writes the samples beside this file: commands as npm's ioredis writes them, and what a real server answers.
//   node filters/codecs/redis/samples/record.mjs PORT       (on 127.0.0.1, with --enable-debug-command yes; it is emptied)
import { once } from "node:events";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Command } from "ioredis";

const folder = fileURLToPath(new URL(".", import.meta.url));
const port = Number(process.argv[2]);
const LINE = 120;
const QUIET_MS = 50;

/** Of every kind that answers have, in both versions of the protocol; a name with each. */
const CALLS = [
  ["ok", "set", "cart:1", "value 🌊"],
  ["bulk", "get", "cart:1"],
  ["null", "get", "none"],
  ["empty", "getrange", "cart:1", "90", "99"],
  ["integer", "incrby", "count", "-12"],
  ["add", "zadd", "scores", "1.5", "a", "inf", "b"],
  ["double", "zscore", "scores", "a"],
  ["scores", "zrange", "scores", "0", "-1", "WITHSCORES"],
  ["push", "rpush", "list", "a", "", "c\r\n"],
  ["array", "lrange", "list", "0", "-1"],
  ["no-array", "lrange", "none", "0", "-1"],
  ["pop-none", "lpop", "none", "3"],
  ["fields", "hset", "hash", "a", "1", "b", "2"],
  ["map", "hgetall", "hash"],
  ["members", "sadd", "set", "x", "y"],
  ["set", "smembers", "set"],
  ["several", "mget", "cart:1", "none", "count"],
  ["several-set", "mset", "p:a", "1", "p:b", "2"],
  ["nested", "xadd", "stream", "1-1", "field", "value"],
  ["stream", "xread", "COUNT", "2", "STREAMS", "stream", "0"],
  ["boolean", "eval", "redis.setresp(3); return true", "0"],
  ["big", "debug", "protocol", "bignum"],
  ["verbatim", "debug", "protocol", "verbatim"],
  ["attribute", "debug", "protocol", "attrib"],
  ["wrong-type", "lpush", "cart:1", "x"],
  ["unknown", "no.such.command", "x"],
  ["multi", "multi"],
  ["queued", "incr", "count"],
  ["exec", "exec"],
  ["hello", "hello"],
  ["command", "command", "info", "get", "xread"],
  ["subscribed", "subscribe", "news"],
];

async function record(version) {
  const server = await Server.open();
  await server.ask(encode("hello", version));
  await server.ask(encode("flushall"));
  for (const [name, ...args] of CALLS) {
    const command = encode(...args);
    if (version === "2") write(`${name}-request`, "Client", command);
    write(`resp${version}-${name}`, "Server", await server.ask(command));
  }
  const publisher = await Server.open();
  await publisher.ask(encode("publish", "news", "hello"));
  write(`resp${version}-message`, "Server", await server.ask(Buffer.alloc(0)));
  server.close();
  publisher.close();
}

function encode(name, ...args) {
  return Buffer.from(new Command(name, args).toWritable());
}

function write(name, from, bytes) {
  const hex = bytes.toString("hex");
  const lines = hex.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  writeFileSync(join(folder, `${name}.hex`), `# from ${from}\n${lines.join("\n")}\n`);
}

class Server {
  #socket;
  #bytes = Buffer.alloc(0);

  static async open() {
    const server = new Server();
    server.#socket = connect(port, "127.0.0.1").on("data", (chunk) => {
      server.#bytes = Buffer.concat([server.#bytes, chunk]);
    });
    await once(server.#socket, "connect");
    return server;
  }

  /** The answer to a command: what comes until the server has been quiet for a while. */
  async ask(command) {
    this.#socket.write(command);
    for (let before = -1; this.#bytes.length === 0 || this.#bytes.length !== before; ) {
      before = this.#bytes.length;
      await delay(QUIET_MS);
    }
    const answer = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return answer;
  }

  close() {
    this.#socket.destroy();
  }
}

for (const file of readdirSync(folder)) if (file.endsWith(".hex")) rmSync(join(folder, file));
for (const version of ["2", "3"]) await record(version);

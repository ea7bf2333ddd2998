// Writes the sample sessions beside this file: npm's pg with a real server, recorded in between.
//   node filters/codecs/postgresql/samples/record.mjs PORT      (user postgres, password olive, on 127.0.0.1)
// A line is a turn: C or S for who speaks, and what was said until the other did, in hex.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import pg from "pg";
import copy from "pg-copy-streams";

const target = Number(process.argv[2]);

/** Of each session what is done in it. */
const SESSIONS = {
  simple: async (client) => {
    await client.query("select 1 as one; select 'two' as two");
    await client.query("create temp table t (id int, name text)");
    await client.query("");
  },
  extended: async (client) => {
    await client.query("select $1::int + 1 as next", [41]);
    for (const name of ["a", "b"]) await client.query({ name: "named", text: "select $1::text", values: [name] });
    await client.query("insert into pg_temp.none values ($1)", [1]).catch(() => undefined);
  },
  copy: async (client) => {
    await client.query("create temp table t (id int, name text)");
    const into = client.query(copy.from("copy t from stdin"));
    into.end("1\tone\n2\ttwo\n");
    await once(into, "finish");
    const from = client.query(copy.to("copy t to stdout"));
    await once(from.resume(), "end");
    await client.query("select count(*) from t");
  },
  transaction: async (client) => {
    await client.query("begin");
    await client.query("select 1/0").catch(() => undefined);
    await client.query("select 1").catch(() => undefined);
    await client.query("rollback");
  },
  refused: async (client) =>
    client.query("do $$ begin raise exception 'no' using errcode = 'XX123'; end $$").catch(() => undefined),
};

for (const [name, run] of Object.entries(SESSIONS)) await record(name, (port) => session(port, run));
await record("cancel", cancel);
await record("tls-request", (port) => session(port, () => undefined, { ssl: true }).catch(() => undefined));
await record("wrong-password", (port) => session(port, () => undefined, { password: "no" }).catch(() => undefined));
await record("no-database", (port) => session(port, () => undefined, { database: "none" }).catch(() => undefined));

async function session(port, run, more = {}) {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password: "olive", ...more });
  client.on("error", () => undefined);
  await client.connect();
  await run(client);
  await client.end();
}

/** A cancel request of a key that no server has: only its first connection is of interest. */
async function cancel(port) {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  const bytes = Buffer.alloc(16);
  for (const [index, word] of [16, 80877102, 4711, 815].entries()) bytes.writeInt32BE(word, 4 * index);
  socket.end(bytes);
  await once(socket.resume(), "close");
}

async function record(name, run) {
  const turns = [];
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    for (const [from, to, who] of [
      [client, upstream, "C"],
      [upstream, client, "S"],
    ]) {
      from.on("error", () => to.destroy());
      from.on("data", (chunk) => {
        const last = turns.at(-1);
        if (last?.who === who) last.bytes = Buffer.concat([last.bytes, chunk]);
        else turns.push({ who, bytes: chunk });
      });
      from.pipe(to);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  await run(server.address().port);
  server.close();
  const file = fileURLToPath(new URL(`${name}.session`, import.meta.url));
  writeFileSync(file, turns.map(({ who, bytes }) => `${who} ${bytes.toString("hex")}\n`).join(""));
}

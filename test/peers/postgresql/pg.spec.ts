import { once } from "node:events";
import pg from "pg";
import copy from "pg-copy-streams";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyKind, until } from "../../support/index.js";
import { type Proxied, startProxied } from "./proxied.js";
import { PASSWORD, PostgreSql, programs } from "./server.js";

if (programs === undefined) console.log("skipped: npm's pg as PostgreSQL's peer, no server is installed");

describe.skipIf(programs === undefined)("npm's pg", () => {
  let one: PostgreSql;
  let two: PostgreSql;

  beforeAll(async () => {
    [one, two] = await Promise.all([PostgreSql.start(), PostgreSql.start()]);
    await directly(
      one,
      `create role ann login password '${PASSWORD}'; create table ledger (amount int);
      grant all on ledger to ann`,
    );
    await directly(two, `create role carla login password '${PASSWORD}'`);
  });

  afterAll(async () => {
    await one?.close();
    await two?.close();
  });

  describe.each<ProxyKind>(["host", "envoy"])("through %s", (kind) => {
    let proxied: Proxied;
    const open: pg.Client[] = [];

    beforeAll(async () => {
      const access = {
        rules: [
          { action: "deny", statements: ["truncate"] },
          { action: "deny", tables: ["secret"] },
          { action: "deny", users: ["ann"], databases: ["postgres"], statements: ["insert"], tables: ["ledger"] },
        ],
      };
      const match = { application_name: { exact: "two" } };
      proxied = await startProxied(kind, { one: one.port, two: two.port, match, codec: { access } });
    });

    afterAll(async () => {
      await Promise.all(open.map((client) => client.end()));
      await proxied?.close();
    });

    const connect = async (more: pg.ClientConfig = {}): Promise<pg.Client> => {
      const where = { host: "127.0.0.1", port: proxied.port, user: "postgres", database: "postgres" };
      const client = new pg.Client({ ...where, password: PASSWORD, ...more });
      await client.connect();
      open.push(client);
      return client;
    };
    const stat = async (name: string) =>
      (await proxied.proxy.stats()).get(`wasmcustom.meltemi.postgresql.session.${name}`) ?? 0;
    const errorOf = (running: Promise<unknown>) =>
      running.then(
        () => undefined,
        ({ code, message }: pg.DatabaseError) => ({ code, message }),
      );

    it("logs in by SCRAM, to the server that the rules say", async () => {
      for (const [name, { port }] of Object.entries({ any: one, two })) {
        const client = await connect({ application_name: name });
        expect((await client.query("show port")).rows).toEqual([{ port: `${port}` }]);
      }
      expect(await errorOf(connect({ password: "wrong" }))).toMatchObject({ code: "28P01" });
      expect(await errorOf(connect({ database: "nowhere" }))).toMatchObject({ code: "3D000" });
    });

    it("queries, simple and extended, with a hundred written ahead", async () => {
      const client = await connect();
      const several = (await client.query("select 1 as a; select 'b' as b")) as unknown as pg.QueryResult[];
      expect(several.map(({ rows }) => rows)).toEqual([[{ a: 1 }], [{ b: "b" }]]);
      const numbers = Array.from({ length: 100 }, (_, index) => index);
      const named = { name: "next", text: "select $1::int + 1 as next" };
      const answers = await Promise.all(numbers.map((value) => client.query({ ...named, values: [value] })));
      expect(answers.map(({ rows }) => rows[0].next)).toEqual(numbers.map((value) => value + 1));
      const large = "🌊".repeat(300_000);
      expect((await client.query("select $1::text as text", [large])).rows[0].text).toBe(large);
    });

    it("copies in and out", async () => {
      const client = await connect();
      await client.query("create temp table t (id int, name text)");
      const into = client.query(copy.from("copy t from stdin"));
      for (let i = 0; i < 20_000; i++) into.write(`${i}\tname-${i}\n`);
      into.end();
      await once(into, "finish");
      expect((await client.query("select count(*)::int, sum(id)::int from t")).rows).toEqual([
        { count: 20_000, sum: 199_990_000 },
      ]);
      const from = client.query(copy.to("copy t to stdout"));
      let bytes = 0;
      from.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      await once(from, "end");
      expect(bytes).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\tname-${i}\n`.length).reduce((a, b) => a + b));
    });

    it("goes on after errors, and a failed transaction stays one until it ends", async () => {
      const client = await connect();
      const before = await stat("errors.22012");
      await client.query("begin");
      expect(await errorOf(client.query("select 1/0"))).toMatchObject({ code: "22012" });
      expect(await errorOf(client.query("select 1"))).toMatchObject({ code: "25P02" });
      await client.query("rollback");
      expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
      await until("the error to be counted", async () => (await stat("errors.22012")) === before + 1);
    });

    it("is denied statements, simple and prepared, and the transaction's state is right", async () => {
      const client = await connect();
      const denied = await stat("denied");
      const no = { code: "42501", message: expect.stringContaining("permission denied by the proxy") };
      expect(await errorOf(client.query("truncate accounts"))).toEqual(no);
      expect(await errorOf(client.query("select * from secret where id = $1", [1]))).toEqual(no);
      expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
      await client.query("begin");
      expect(await errorOf(client.query("truncate accounts"))).toEqual(no);
      // As in a server's own failed transaction: nothing goes, and what was denied is still said to be.
      expect(await errorOf(client.query("select 1"))).toMatchObject({ code: "25P02" });
      expect((await errorOf(client.query("truncate accounts")))?.code).toMatch(/42501|25P02/);
      expect((await client.query("commit")).command).toBe("ROLLBACK");
      expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
      await until("the denials to be counted", async () => (await stat("denied")) === denied + 4);
    });

    it("has ReadyForQuery say what the transaction is in, whatever was denied", async () => {
      const client = await connect();
      const states: string[] = [];
      (client as unknown as { connection: NodeJS.EventEmitter }).connection.on(
        "readyForQuery",
        ({ status }: { status: string }) => states.push(status),
      );
      const denied = "truncate accounts";
      for (const sql of [denied, "begin", "select 1", denied, "select 1", denied, "rollback", denied]) {
        await errorOf(client.query(sql));
      }
      // The same by prepared statements, whose batch ends by Sync.
      for (const sql of ["begin", denied, "rollback"]) await errorOf(client.query({ name: sql, text: sql }));
      expect(states.join("")).toBe("ITTEEEII" + "TEI");
    });

    it("is denied by who it is, in mid-session, where others may", async () => {
      const ann = await connect({ user: "ann" });
      expect((await errorOf(ann.query("insert into ledger values (1)")))?.code).toBe("42501");
      expect((await errorOf(ann.query("insert into ledger values ($1)", [1])))?.code).toBe("42501");
      expect((await ann.query("select count(*)::int from ledger")).rows).toEqual([{ count: 0 }]);
      const owner = await connect();
      expect((await owner.query("insert into ledger values (1)")).rowCount).toBe(1);
      expect((await owner.query("delete from ledger")).rowCount).toBe(1);
    });

    it("is routed by its user", async () => {
      const carla = await connect({ user: "carla", database: "postgres" });
      expect((await carla.query("show port")).rows).toEqual([{ port: `${two.port}` }]);
    });

    it("cancels, on the server that has the query", async () => {
      for (const name of ["any", "two"]) {
        const client = await connect({ application_name: name });
        const sleeping = errorOf(client.query("select pg_sleep(20)"));
        const asking = await connect({ application_name: name });
        await until("the query to run", async () => {
          const sql = "select 1 from pg_stat_activity where state = 'active' and query = 'select pg_sleep(20)'";
          return (await asking.query(sql)).rowCount === 1;
        });
        // pg's own way to cancel: it opens a connection of its own.
        const canceller = new pg.Client({ host: "127.0.0.1", port: proxied.port }) as pg.Client & {
          cancel(client: pg.Client, query: unknown): void;
        };
        const { _activeQuery, activeQuery = _activeQuery } = client as unknown as Record<string, unknown>;
        canceller.cancel(client, activeQuery);
        expect(await sleeping).toMatchObject({ code: "57014" });
      }
    });

    it("counts what ran", async () => {
      const client = await connect();
      const kinds = ["select", "insert", "create", "begin", "commit"] as const;
      const count = async () =>
        Object.fromEntries(await Promise.all(kinds.map(async (k) => [k, await stat(`statements.${k}`)])));
      const before = await count();
      const opened = await stat("opened");
      await client.query("create temp table counted (id int)");
      await client.query("begin");
      for (let i = 0; i < 3; i++) await client.query("insert into counted values ($1)", [i]);
      await client.query("commit");
      await client.query("select 1; select 2");
      const more = { select: 2, insert: 3, create: 1, begin: 1, commit: 1 };
      await until("the counters", async () => {
        const now = await count();
        return kinds.every((kind) => now[kind] - before[kind] === more[kind]);
      });
      // Each query's time until the server was ready again, in microseconds.
      const time = /^meltemi_postgresql_session_latency_us_(sum|count)(?:\{.*\})? (\S+)$/gm;
      const times = async () => {
        const found = [...(await proxied.proxy.prometheus()).matchAll(time)];
        return Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]));
      };
      const slept = await times();
      await client.query("select pg_sleep(0.3)");
      await until("the time to be counted", async () => (await times())["sum"] >= (slept["sum"] ?? 0) + 250_000);
      await connect();
      await until("the session to be counted", async () => (await stat("opened")) === opened + 1);
      expect(await stat("bad_frames")).toBe(0);
    });
  });
});

async function directly({ port }: PostgreSql, sql: string): Promise<void> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres", password: PASSWORD });
  await client.connect();
  await client.query(sql);
  await client.end();
}

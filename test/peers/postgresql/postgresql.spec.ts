import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyKind, until } from "../../support/index.js";
import { type Proxied, startProxied } from "./proxied.js";
import { PASSWORD, PostgreSql, programs } from "./server.js";

const call = promisify(execFile);

if (programs === undefined) console.log("skipped: PostgreSQL's peers, no server is installed");

describe.skipIf(programs === undefined)("PostgreSQL", () => {
  let one: PostgreSql;
  let two: PostgreSql;

  beforeAll(async () => {
    [one, two] = await Promise.all([PostgreSql.start(), PostgreSql.start()]);
    await psql(one.port, "create table accounts (id int, name text); create table secret (id int)");
  });

  afterAll(async () => {
    await one?.close();
    await two?.close();
  });

  describe.each<ProxyKind>(["host", "envoy"])("through %s", (kind) => {
    let proxied: Proxied;

    beforeAll(async () => {
      const access = {
        rules: [
          { action: "deny", databases: ["template1"], users: ["mallory"] },
          { action: "deny", statements: ["delete", "truncate"], tables: ["accounts"] },
          { action: "deny", tables: ["secret"] },
        ],
      };
      const match = { database: { exact: "template1" } };
      proxied = await startProxied(kind, { one: one.port, two: two.port, match, codec: { access } });
    });

    afterAll(() => proxied?.close());

    const through = (sql: string, options: Psql = {}) => psql(proxied.port, sql, options);
    const stat = async (name: string) =>
      (await proxied.proxy.stats()).get(`wasmcustom.meltemi.postgresql.session.${name}`) ?? 0;

    it("routes by what the startup message says", async () => {
      expect(await through("show port")).toBe(`${one.port}`);
      expect(await through("show port", { database: "template1" })).toBe(`${two.port}`);
    });

    it("answers N to a request for TLS, and goes on without", async () => {
      expect(await through("select 1", { sslmode: "prefer" })).toBe("1");
      await expect(through("select 1", { sslmode: "require" })).rejects.toThrow(/does not support SSL/);
    });

    it("answers N to a request for GSSAPI's encryption, and to one for TLS after it", async () => {
      const socket = connect(proxied.port, "127.0.0.1");
      const next = async () => ((await once(socket, "data")) as [Buffer])[0].toString("latin1");
      // `length u32, 80877104 u32` and `length u32, 80877103 u32`.
      for (const request of ["0000000804d21630", "0000000804d2162f"]) {
        socket.write(Buffer.from(request, "hex"));
        expect(await next()).toBe("N");
      }
      const parameters = Buffer.from("user\0postgres\0database\0postgres\0\0");
      const head = Buffer.from([0, 0, 0, 8 + parameters.length, 0, 3, 0, 0]);
      socket.write(Buffer.concat([head, parameters]));
      expect(await next()).toMatch(/^R.*SCRAM-SHA-256/s);
      socket.destroy();
    });

    it("says in PostgreSQL's words that no rule matches", async () => {
      await expect(through("select 1", { database: "nowhere" })).rejects.toThrow(/FATAL: .*no route matches/);
    });

    it("does not admit a user who may not", async () => {
      const mallory = through("select 1", { database: "template1", user: "mallory" });
      await expect(mallory).rejects.toThrow(/FATAL: .*does not admit/);
    });

    it("denies a statement, and the session lives on", async () => {
      const text = "delete from accounts; select 42";
      await expect(through(text)).rejects.toThrow(/ERROR: {2}permission denied by the proxy: delete accounts/);
      const script = "\\set ON_ERROR_STOP 0\ntable secret;\nselect 42;";
      expect(await through(script, { stdin: true })).toBe("42");
    });

    it("leaves a transaction failed by a denial, as by any error", async () => {
      const script = [
        "\\set ON_ERROR_STOP 0",
        "begin;",
        "insert into accounts values (7, 'x');",
        "delete from accounts;",
        "select 'lives';",
        "truncate accounts;",
        "commit;",
        "select count(*) from accounts where id = 7;",
      ];
      expect(await through(script.join("\n"), { stdin: true })).toBe("0");
    });

    it("copies in and out", async () => {
      const rows = Array.from({ length: 20_000 }, (_, i) => `${i}\tname-${i}`).join("\n");
      const script = `create temp table t (id int, name text);\ncopy t from stdin;\n${rows}\n\\.\nselect count(*), sum(id) from t;\n`;
      expect(await through(script, { stdin: true })).toBe("20000|199990000");
      const out = await through("copy (select i, repeat('x', 100) from generate_series(1, 100000) i) to stdout");
      expect(out.split("\n")).toHaveLength(100_000);
    });

    it("brings a cancel request to the server that has the query", async () => {
      for (let i = 0; i < 4; i++) {
        const started = Date.now();
        const child = call(join(programs ?? "", "psql"), args(proxied.port, "select pg_sleep(20)", {}), {
          env: { ...env({}), PGAPPNAME: "both" },
        });
        const ended = child.catch((error: { stderr: string }) => error.stderr);
        await until("the query to run", async () => {
          const sql = "select count(*) from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'";
          return Number(await psql(one.port, sql)) + Number(await psql(two.port, sql)) === 1;
        });
        child.child.kill("SIGINT");
        expect(await ended).toMatch(/canceling statement due to user request/);
        expect(Date.now() - started).toBeLessThan(10_000);
      }
      expect(await stat("followed")).toBe(4);
    });

    it("bears pgbench, simple and prepared", async () => {
      const bench = (...more: string[]) =>
        call(
          join(programs ?? "", "pgbench"),
          ["-h", "127.0.0.1", "-p", `${proxied.port}`, "-U", "postgres", ...more, "postgres"],
          {
            env: env({}),
          },
        );
      await bench("-i", "-s", "1", "-q");
      for (const mode of ["simple", "extended", "prepared"]) {
        const { stdout } = await bench("-n", "-c", "4", "-t", "25", "-M", mode);
        expect(stdout).toMatch(/number of transactions actually processed: 100\/100/);
      }
    });

    it("counts statements by kind, errors by SQLSTATE", async () => {
      const before = await stat("errors.42P01");
      await through("select * from not_there").catch(() => undefined);
      await until("the error to be counted", async () => (await stat("errors.42P01")) === before + 1);
      expect(await stat("statements.select")).toBeGreaterThan(0);
      expect(await stat("statements.update")).toBeGreaterThanOrEqual(300);
      expect(await stat("denied")).toBeGreaterThan(0);
      expect(await stat("bad_frames")).toBe(0);
    });
  });
});

interface Psql {
  readonly database?: string;
  readonly user?: string;
  readonly sslmode?: string;
  /** The text is a script. */
  readonly stdin?: boolean;
}

function env({ sslmode = "disable" }: Psql): NodeJS.ProcessEnv {
  return { ...process.env, PGPASSWORD: PASSWORD, PGSSLMODE: sslmode, PGGSSENCMODE: "disable", PGCONNECT_TIMEOUT: "10" };
}

function args(port: number, sql: string, { database = "postgres", user = "postgres", stdin = false }: Psql): string[] {
  const where = ["-h", "127.0.0.1", "-p", `${port}`, "-U", user, "-d", database];
  return ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", ...where, ...(stdin ? ["-f", "-"] : ["-c", sql])];
}

/** What psql prints, its last line break gone. */
async function psql(port: number, sql: string, options: Psql = {}): Promise<string> {
  const running = call(join(programs ?? "", "psql"), args(port, sql, options), {
    env: env(options),
    maxBuffer: 64 * 1024 * 1024,
    timeout: 20_000,
  });
  if (options.stdin) running.child.stdin?.end(sql);
  return (await running).stdout.trimEnd();
}

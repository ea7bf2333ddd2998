import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEnvoy } from "../../../scripts/steps/envoy.mjs";
import { type ProxyKind, until } from "../../support/index.js";
import { type Proxied, startProxied } from "./proxied.js";
import { PASSWORD, PostgreSql, programs } from "./server.js";

const call = promisify(execFile);
/** `length u32, 80877104 u32`. */
const GSS_REQUEST = Buffer.from("0000000804d21630", "hex");

if (programs === undefined) console.log("skipped: PostgreSQL's peers with TLS, no server is installed");

describe.skipIf(programs === undefined)("TLS that passes unseen", () => {
  let server: PostgreSql;
  beforeAll(async () => {
    server = await PostgreSql.start({ tls: true });
  });
  afterAll(() => server?.close());

  describe.each<ProxyKind>(["host", "envoy"])("through %s", (kind) => {
    const skip = kind === "envoy" && findEnvoy() === null;
    let proxied: Proxied;
    beforeAll(async () => {
      if (skip) return;
      // No attribute is known of such a session: only a rule that asks for none takes it.
      const spec = { one: server.port, two: server.port, match: {}, codec: { tls: "opaque" } };
      proxied = await startProxied(kind, spec);
    });
    afterAll(() => proxied?.close());

    const stat = async (name: string) =>
      (await proxied.proxy.stats()).get(`wasmcustom.meltemi.postgresql.session.${name}`) ?? 0;
    const USED = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

    it.skipIf(skip)("psql with sslmode=require", async () => {
      const where = ["-h", "127.0.0.1", "-p", `${proxied.port}`, "-U", "postgres", "-d", "postgres"];
      const { stdout } = await call(join(programs ?? "", "psql"), ["-X", "-A", "-t", ...where, "-c", USED], {
        env: { ...process.env, PGPASSWORD: PASSWORD, PGSSLMODE: "require", PGGSSENCMODE: "disable" },
      });
      expect(stdout.trim()).toBe("t");
      await until("it to be counted", async () => (await stat("opaque")) === 1);
    });

    it.skipIf(skip)("npm's pg, and nothing of it is read", async () => {
      const client = new pg.Client({
        ...{ host: "127.0.0.1", port: proxied.port, user: "postgres", database: "postgres", password: PASSWORD },
        ssl: { rejectUnauthorized: false },
      });
      await client.connect();
      expect((await client.query(USED)).rows).toEqual([{ ssl: true }]);
      await client.end();
      await until("it to be counted", async () => (await stat("opaque")) === 2);
      expect([await stat("statements.select"), await stat("bad_frames")]).toEqual([0, 0]);
    });

    it.skipIf(skip)("a request for GSSAPI's encryption, which the server answers", async () => {
      const before = await stat("opaque");
      const socket = connect(proxied.port, "127.0.0.1");
      socket.write(GSS_REQUEST);
      // A server built with GSSAPI says G, where it is asked over TCP; another one N.
      const [answer] = (await once(socket, "data")) as [Buffer];
      expect(answer.toString()).toBe(await answerOf(server.port));
      socket.destroy();
      await until("it to be counted", async () => (await stat("opaque")) === before + 1);
    });

    it.skipIf(skip)("clients without TLS are read as ever", async () => {
      const where = { host: "127.0.0.1", port: proxied.port, user: "postgres", database: "postgres" };
      const client = new pg.Client({ ...where, password: PASSWORD });
      await client.connect();
      const opaque = await stat("opaque");
      await client.query("select 1");
      await client.end();
      await until("the statement to be counted", async () => (await stat("statements.select")) === 1);
      expect(await stat("opaque")).toBe(opaque);
    });
  });
});

/** What the server itself says to a request for GSSAPI's encryption. */
async function answerOf(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(GSS_REQUEST);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return answer.toString();
}

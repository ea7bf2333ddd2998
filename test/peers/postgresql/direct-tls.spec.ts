import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findEnvoy } from "../../../scripts/steps/envoy.mjs";
import { Authority, type ProxyKind, TlsFront, TlsTunnel, until } from "../../support/index.js";
import { type Proxied, startProxied } from "./proxied.js";
import { PASSWORD, PostgreSql, programs } from "./server.js";

if (programs === undefined) console.log("skipped: PostgreSQL's peers with direct TLS, no server is installed");

/** What a client of sslnegotiation=direct asks for, and insists on (PostgreSQL 17, "SSL Session Encryption"). */
const ALPN = "postgresql";

describe.skipIf(programs === undefined)("TLS from the first byte, on both sides of the proxy", () => {
  const folder = mkdtempSync(join(tmpdir(), "meltemi-postgresql-tls-"));
  const authority = Authority.create("authority");
  const save = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  let server: PostgreSql;
  let front: TlsFront;
  beforeAll(async () => {
    server = await PostgreSql.start();
    const { certificate, key } = authority.issue({ commonName: "db", dns: ["db.test"] });
    front = await TlsFront.open({ cert: certificate, key });
    front.target = server.port;
  });
  afterAll(async () => {
    await front?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each<ProxyKind>(["host", "envoy"])("through %s", (kind) => {
    const skip = kind === "envoy" && findEnvoy() === null;
    let proxied: Proxied;
    let tunnel: TlsTunnel;
    beforeAll(async () => {
      if (skip) return;
      const { certificate, key } = authority.issue({ commonName: "proxy", dns: ["proxy.test"] });
      const shows = { serverCertificate: save("proxy.pem", certificate), privateKey: save("proxy.key", key) };
      proxied = await startProxied(kind, {
        ...{ one: front.port, two: front.port, match: { application_name: { exact: "two" } } },
        annotations: { "meltemi.dev/tls": JSON.stringify({ mode: "SIMPLE", ...shows, alpn: [ALPN] }) },
        trafficPolicy: { tls: { mode: "SIMPLE", caCertificates: save("ca.pem", authority.certificate) } },
      });
      const asks = { ca: authority.certificate, servername: "proxy.test", ALPNProtocols: [ALPN] };
      tunnel = await TlsTunnel.open(proxied.port, asks);
    });
    afterAll(async () => {
      tunnel?.destroy();
      await proxied?.close();
    });

    it.skipIf(skip)("npm's pg, its statements read on the way", async () => {
      const where = { host: "127.0.0.1", port: tunnel.port, user: "postgres", database: "postgres" };
      const client = new pg.Client({ ...where, password: PASSWORD });
      await client.connect();
      expect((await client.query("select 40 + 2 as sum")).rows).toEqual([{ sum: 42 }]);
      await client.end();
      expect(tunnel.protocols).toEqual([ALPN]);
      expect(front.visitors.at(-1)?.serverName).toBe("db.test");
      const name = "wasmcustom.meltemi.postgresql.session.statements.select";
      await until("the statement to be counted", async () => (await proxied.proxy.stats()).get(name) === 1);
    });
  });
});

import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import {
  Authority,
  contract,
  HARDLY_MATTERS,
  type Pair,
  TlsFront,
  TlsTunnel,
  until,
  type WorldSpec,
} from "../support/index.js";

const folder = mkdtempSync(join(tmpdir(), "meltemi-tls-"));
const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(async () => {
  for (const close of closers.splice(0)) await close();
});

const authority = Authority.create("the test's authority");
const stranger = Authority.create("somebody else's authority");
const server = authority.issue({ commonName: "server", dns: ["proxy.test"] });
const client = authority.issue({ commonName: "client", uri: ["spiffe://test/ns/shop/sa/web"] });
const batch = authority.issue({ commonName: "batch", uri: ["spiffe://test/ns/night/sa/batch"] });
const other = authority.issue({ commonName: "other", uri: ["spiffe://elsewhere/ns/shop/sa/web"] });
const backend = authority.issue({ commonName: "backend", dns: ["backend.test"] });

function save(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(`${path}.draft`, text);
  renameSync(`${path}.draft`, path);
  return path;
}

const ca = save("ca.pem", authority.certificate);
const strangeCa = save("strange.pem", stranger.certificate);
const proxy = { clientCertificate: save("client.pem", client.certificate), privateKey: save("client.key", client.key) };

/** A front before `v1` that wants a certificate, one for each world. */
const fronts: TlsFront[] = [];
const current = () => {
  const front = fronts.at(-1);
  if (front === undefined) throw new Error("no front was opened");
  return front;
};

async function spec(): Promise<WorldSpec> {
  const own = mkdtempSync(join(folder, "world-"));
  const shows = (pair: Pair) => {
    writeFileSync(join(own, "server.pem"), pair.certificate);
    writeFileSync(join(own, "server.key"), pair.key);
    return { serverCertificate: join(own, "server.pem"), privateKey: join(own, "server.key") };
  };
  rotate = (pair) => void shows(pair);
  const asked = { requestCert: true, rejectUnauthorized: true, ca: authority.certificate };
  const front = await TlsFront.open({ cert: backend.certificate, key: backend.key, ...asked });
  fronts.push(front);
  closers.push(() => front.close());
  const behind = (tls: object) => ({ backends: { v1: front.port }, policy: { tls } });
  const names = { subjectAltNames: ["spiffe://test/*"], caCertificates: ca };
  return {
    services: {
      plain: {},
      tls: { annotations: { "meltemi.dev/tls": JSON.stringify({ mode: "SIMPLE", ...shows(server) }) } },
      mutual: { annotations: { "meltemi.dev/tls": JSON.stringify({ mode: "MUTUAL", ...shows(server), ...names }) } },
      guarded: {
        annotations: {
          "meltemi.dev/tls": JSON.stringify({ mode: "OPTIONAL_MUTUAL", ...shows(server), caCertificates: ca }),
        },
        documents: [onlyFor("test/ns/shop/sa/web")],
      },
      backend: behind({ mode: "MUTUAL", ...proxy, caCertificates: ca, sni: "backend.test" }),
      untrusted: behind({ mode: "MUTUAL", ...proxy, caCertificates: strangeCa, sni: "backend.test" }),
      misnamed: behind({ mode: "MUTUAL", ...proxy, caCertificates: ca, subjectAltNames: ["other.test"] }),
      nameless: behind({ mode: "SIMPLE", caCertificates: ca, sni: "backend.test" }),
      unchecked: behind({ mode: "MUTUAL", ...proxy, insecureSkipVerify: true }),
    },
  };
}

/** Istio's, for the service `guarded`. */
function onlyFor(principal: string) {
  const targetRefs = [{ kind: "ServiceEntry", group: "networking.istio.io", name: "guarded.test" }];
  const rules = [{ from: [{ source: { principals: [principal] } }] }];
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    name: "guarded",
    spec: { targetRefs, rules },
  };
}

let rotate: (pair: Pair) => void = () => undefined;

contract(
  "TLS",
  spec,
  (world) => {
    const tunnels: TlsTunnel[] = [];
    beforeEach(() => {
      current().target = world().backends.v1.port;
      current().visitors.length = 0;
    });
    afterEach(() => {
      for (const tunnel of tunnels.splice(0)) tunnel.destroy();
    });
    const through = async (service: string, options: ConnectionOptions = {}) => {
      const tunnel = await TlsTunnel.open(world().port(service), {
        ca: authority.certificate,
        servername: "proxy.test",
        ...options,
      });
      tunnels.push(tunnel);
      return tunnel;
    };
    const as = ({ certificate, key }: Pair): ConnectionOptions => ({ cert: certificate, key });

    test("a plain and a TLS service stand side by side, and a frame is the same through both", async () => {
      const tunnel = await through("tls");
      const encrypted = world().callerAt(tunnel.port);
      const payload = Buffer.alloc(300_000, "x");
      for (const caller of [world().caller("plain"), encrypted]) {
        expect((await caller.call({ payload })).payload.equals(payload)).toBe(true);
      }
      expect(tunnel.seen).toEqual(["CN=server"]);
      const [plain, tls] = world().all.flatMap(({ messages }) =>
        messages.map(({ raw }) => world().protocol.withoutId(raw)),
      );
      expect(tls?.equals(plain ?? Buffer.alloc(0))).toBe(true);
    });

    test("a client without TLS gets no service where there is TLS", async () => {
      await expect(world().caller("tls", 3_000).call()).rejects.toThrow();
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0 });
    });

    test("a client is asked for a certificate where the rules want one", async () => {
      const tunnel = await through("mutual", as(client));
      expect((await world().callerAt(tunnel.port).call({ payload: "hello" })).payload.toString()).toBe("hello");
    });

    const refused: [string, ConnectionOptions][] = [
      ["no certificate", {}],
      ["a certificate of an unknown authority", as(stranger.issue({ commonName: "client", uri: ["spiffe://test/x"] }))],
      ["a certificate with another's name", as(other)],
    ];
    test.each(refused)("a client with %s is refused", async (_, options) => {
      const tunnel = await through("mutual", options);
      await expect(world().callerAt(tunnel.port, 3_000).call()).rejects.toThrow();
      expect(world().counts()).toEqual({ v1: 0, v2: 0, v3: 0 });
    });

    test("policies know a client by its certificate, whether it waits for an answer or not", async () => {
      const callers = await Promise.all(
        [as(client), as(batch), {}].map(async (options) => {
          const tunnel = await through("guarded", options);
          return world().callerAt(tunnel.port);
        }),
      );
      for (const caller of callers) await caller.notify({ payload: "told" });
      const answers = await Promise.all(callers.map((caller) => caller.call({ payload: "asked" })));
      expect(answers.map(({ error }) => error === undefined)).toEqual([true, false, false]);
      const came = () => world().all.flatMap(({ messages }) => messages.map(({ payload }) => payload.toString()));
      await until("what may come to be there", () => came().length === 2);
      expect(came().sort()).toEqual(["asked", "told"]);
    });

    test("a backend is asked for by its name, and shown the proxy's certificate", async () => {
      const answer = await world().caller("backend").call({ payload: "hello" });
      expect(answer.payload.toString()).toBe("hello");
      expect(current().visitors[0]).toEqual({ serverName: "backend.test", subject: "CN=client" });
    });

    test("a backend is taken as it is where the rules say so", async () => {
      expect((await world().caller("unchecked").call({ payload: "hello" })).payload.toString()).toBe("hello");
      expect(current().visitors[0]?.serverName).toBe("unchecked.test");
    });

    test.each(["untrusted", "misnamed", "nameless"])("a backend that is %s gets no request", async (service) => {
      const caller = world().caller(service);
      expect((await caller.call()).error).toBe("unavailable");
      expect(world().backends.v1.messages).toEqual([]);
      expect(caller.opened).toBe(1);
    });

    test("a new certificate is shown to those who come; who is there notices nothing", async () => {
      const tunnel = await through("tls");
      const early = world().callerAt(tunnel.port);
      await early.call();
      const versions = await world().proxy.listenerVersions();
      rotate(authority.issue({ commonName: "next", dns: ["proxy.test"] }));
      await until("the new certificate to be shown", async () => {
        await world().callerAt(tunnel.port).call();
        return tunnel.seen.at(-1) === "CN=next";
      });
      expect((await early.call({ payload: "still here" })).payload.toString()).toBe("still here");
      expect(early.opened).toBe(1);
      expect(await world().proxy.listenerVersions()).toEqual(versions);
    });
  },
  { lanes: HARDLY_MATTERS },
);

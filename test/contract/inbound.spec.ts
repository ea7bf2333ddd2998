import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { bootstrap } from "../../control/index.js";
import {
  Authority,
  type Backend,
  contract,
  freePort,
  HARDLY_MATTERS,
  type Protocol,
  type ProxyKind,
  type RunningProxy,
  startProxy,
  TlsTunnel,
  until,
  type World,
} from "../support/index.js";

// Two proxies in a row: clients → their proxy → mutual TLS → the proxy beside the application → the application.

const folder = mkdtempSync(join(tmpdir(), "meltemi-inbound-"));
const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const authority = Authority.create("the test's authority");
const save = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const saved = (name: string, { certificate, key }: { readonly certificate: string; readonly key: string }) => ({
  certificate: save(`${name}.pem`, certificate),
  key: save(`${name}.key`, key),
});
const ca = save("ca.pem", authority.certificate);
const web = authority.issue({ commonName: "web", uri: ["spiffe://test/ns/shop/sa/web"] });
const stranger = authority.issue({ commonName: "batch", uri: ["spiffe://test/ns/night/sa/batch"] });
const [shown, own] = [
  saved("server", authority.issue({ commonName: "server", dns: ["served.test"] })),
  saved("web", web),
];

const SECRET = Buffer.alloc(32, "secret ");
const HOST = "served.test";
const targetRefs = [{ kind: "ServiceEntry", group: "networking.istio.io", name: HOST }];
const security = (kind: string, name: string, spec: object) => ({
  apiVersion: "security.istio.io/v1",
  kind,
  name,
  spec: { ...spec, targetRefs },
});

/** The latest world's application, and where the proxy beside it takes requests. */
let app: Backend;
let inboundPort = 0;

async function spec(_: ProxyKind, protocol: Protocol) {
  app = await protocol.backend("app");
  closers.push(() => app.close());
  inboundPort = await freePort();
  const jwks = JSON.stringify({ keys: [{ kty: "oct", k: SECRET.toString("base64url"), kid: "k", alg: "HS256" }] });
  return {
    services: {
      served: {
        backends: { v1: inboundPort },
        annotations: {
          "meltemi.dev/inbound": `127.0.0.1:${app.port}`,
          "meltemi.dev/tls": JSON.stringify({
            ...{ mode: "MUTUAL", serverCertificate: shown.certificate, privateKey: shown.key, caCertificates: ca },
          }),
        },
        policy: {
          tls: {
            mode: "MUTUAL",
            clientCertificate: own.certificate,
            privateKey: own.key,
            caCertificates: ca,
            sni: HOST,
          },
        },
        routes: [{ to: "v1" }],
        router: {
          localRateLimit: {
            conditions: [
              {
                match: { attributes: { limited: { exact: "yes" } } },
                tokenBucket: { maxTokens: 3, tokensPerFill: 3, fillInterval: "1h" },
              },
            ],
            tokenBucket: { maxTokens: 100_000, tokensPerFill: 100_000, fillInterval: "1s" },
          },
        },
        documents: [
          security("AuthorizationPolicy", "shop", {
            rules: [
              {
                from: [{ source: { principals: ["test/ns/shop/sa/web"] } }],
                to: [{ operation: { operations: ["get*", "tell"] } }],
              },
            ],
          }),
          security("RequestAuthentication", "tokens", { jwtRules: [{ issuer: "https://issuer.test", jwks }] }),
        ],
      },
    },
  };
}

let beside: RunningProxy | undefined;

/** Starts the proxy beside the application, on the world's own control plane. */
async function startBeside(world: World): Promise<RunningProxy> {
  const adminPort = await freePort();
  const controlPort = Number(world.control.split(":")[1]);
  const yaml = bootstrap({ controlPort, adminPort, nodeId: `beside-${adminPort}`, cluster: HOST });
  const proxy = await startProxy(world.proxy.kind, { bootstrap: yaml, adminPort, concurrency: 1 });
  closers.push(() => proxy.close());
  return proxy;
}

function token(secret: Uint8Array): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return new SignJWT({ iss: "https://issuer.test", sub: "ann", exp })
    .setProtectedHeader({ alg: "HS256", kid: "k" })
    .sign(secret);
}

contract(
  "the server's side",
  spec,
  (world) => {
    beforeAll(async () => {
      beside = await startBeside(world());
    });
    afterEach(() => {
      app.messages.length = 0;
      app.reply = undefined;
    });
    afterAll(() => beside?.close());

    /** Calls once the two proxies have found each other. */
    async function ready() {
      const caller = world().caller("served");
      await until(
        "both proxies to serve",
        async () => (await caller.call({ operation: "getReady" })).error === undefined,
      );
      app.messages.length = 0;
      return caller;
    }

    test("requests pass both proxies as they are, one-way and long ones too, and business errors come back", async () => {
      const caller = await ready();
      const payload = "x".repeat(300_000);
      const attributes = [["X-Mixed-Case", "Value"]] as const;
      const answer = await caller.call({ operation: "getLong", attributes, payload });
      expect(answer.error).toBeUndefined();
      expect(
        app.messages.map(({ operation, attributes: got }) => [operation, new Map(got).get("X-Mixed-Case")]),
      ).toEqual([["getLong", "Value"]]);
      await caller.notify({ operation: "tell" });
      await until("the one-way request", () => app.messages.some(({ operation }) => operation === "tell"));
      app.reply = () => ({ business: true, payload: "out of stock" });
      expect((await caller.call({ operation: "getError" })).error).toBe("business");
      expect(caller.opened).toBe(1);
    });

    test("who may ask what is judged beside the application, by the client proxy's certificate", async () => {
      const caller = await ready();
      const denied = await caller.call({ operation: "put" });
      expect(denied.error).toBeDefined();
      expect(denied.payload.toString()).toMatch(/denied/i);
      expect((await caller.call({ operation: "getOne" })).error).toBeUndefined();
      // Somebody else's certificate of the same authority, without a proxy of its own.
      const tunnel = await TlsTunnel.open(inboundPort, {
        cert: stranger.certificate,
        key: stranger.key,
        ca: authority.certificate,
        servername: HOST,
      });
      try {
        const other = await world().callerAt(tunnel.port).call({ operation: "getOne" });
        expect(other.payload.toString()).toMatch(/denied/i);
      } finally {
        tunnel.destroy();
      }
      expect(app.messages.map(({ operation }) => operation)).toEqual(["getOne"]);
    });

    test("tokens are verified there, and limits kept", async () => {
      const caller = await ready();
      const by = async (secret: Uint8Array) => [["authorization", `Bearer ${await token(secret)}`]] as const;
      expect((await caller.call({ operation: "getOne", attributes: await by(SECRET) })).error).toBeUndefined();
      expect(
        (await caller.call({ operation: "getOne", attributes: await by(Buffer.alloc(32, "other")) })).error,
      ).toBeDefined();
      const limited = [["limited", "yes"]] as const;
      const answers = [];
      for (let index = 0; index < 6; index++)
        answers.push(await caller.call({ operation: "getMany", attributes: limited }));
      expect(answers.map(({ error }) => error === undefined)).toEqual([true, true, true, false, false, false]);
      expect(app.messages.map(({ operation }) => operation)).toEqual(["getOne", "getMany", "getMany", "getMany"]);
    });

    test("each side counts under its own reporter", async () => {
      const caller = await ready();
      for (let index = 0; index < 3; index++) await caller.call({ operation: "getCounted" });
      const counted = async (proxy: RunningProxy | undefined, reporter: string) => {
        const lines = (await proxy?.prometheus())?.split("\n") ?? [];
        const line = lines.find(
          (text) =>
            text.startsWith("istio_requests_total{") &&
            text.includes('/getCounted"') &&
            text.includes(`reporter="${reporter}"`),
        );
        return Number(line?.split(" ").at(-1) ?? 0);
      };
      await until("both to have counted", async () => {
        return (await counted(world().proxy, "source")) === 3 && (await counted(beside, "destination")) === 3;
      });
      expect(await counted(world().proxy, "destination")).toBe(0);
      expect(await counted(beside, "source")).toBe(0);
    });
  },
  { lanes: HARDLY_MATTERS },
);

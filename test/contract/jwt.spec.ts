import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Authority, awesomerpc, contract, type Document, ONE_BY_ONE, TlsFront, until } from "../support/index.js";

const ISSUER = "https://issuer.test";
const ALGORITHMS = ["HS256", "RS256", "ES256"] as const;
type Algorithm = (typeof ALGORITHMS)[number];
type Signer = Parameters<SignJWT["sign"]>[0];

const secret = Buffer.alloc(32, "secret ");
const pairs = {
  RS256: await generateKeyPair("RS256", { extractable: true }),
  ES256: await generateKeyPair("ES256", { extractable: true }),
};
const rotated = await generateKeyPair("ES256", { extractable: true });
const signers: Record<Algorithm, Signer> = {
  HS256: secret,
  RS256: pairs.RS256.privateKey,
  ES256: pairs.ES256.privateKey,
};

const KEYS = [
  { kty: "oct", k: secret.toString("base64url"), kid: "HS256" },
  { ...(await exportJWK(pairs.RS256.publicKey)), kid: "RS256" },
  { ...(await exportJWK(pairs.ES256.publicKey)), kid: "ES256" },
];

function token(algorithm: Algorithm, claims: JWTPayload = {}, signer = signers[algorithm], kid: string = algorithm) {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return new SignJWT({ iss: ISSUER, sub: "ann", exp, ...claims })
    .setProtectedHeader({ alg: algorithm, kid })
    .sign(signer);
}

/** Where an issuer's keys are fetched from. */
class KeyServer {
  keys: object[] = KEYS;
  status = 200;
  delayMs = 0;
  asked = 0;
  private readonly server: Server = createServer((_, response) => {
    this.asked++;
    setTimeout(() => {
      response.statusCode = this.status;
      response.end(JSON.stringify({ keys: this.keys }));
    }, this.delayMs);
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get uri(): string {
    return `http://127.0.0.1:${this.port}/keys`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const server = new KeyServer();
const folder = mkdtempSync(join(tmpdir(), "meltemi-jwt-"));
const authority = Authority.create("the issuer's authority");
const { certificate, key } = authority.issue({ commonName: "keys", dns: ["keys.test", "strange-keys.test"] });
const front = await TlsFront.open({ cert: certificate, key });
beforeAll(async () => {
  writeFileSync(join(folder, "ca.pem"), authority.certificate);
  await server.start();
  front.target = server.port;
});
beforeEach(() => {
  server.keys = KEYS;
  server.status = 200;
  server.delayMs = 0;
});
afterAll(async () => {
  server.close();
  await front.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server of keys as Istio's rules have it, and who vouches for it where that is not one of the web's authorities. */
function keysAt(host: string, tls?: object): Document[] {
  const entry = {
    hosts: [host],
    ports: [{ number: 443, name: "https", protocol: "TLS" }],
    resolution: "STATIC",
    endpoints: [{ address: "127.0.0.1", ports: { https: front.port } }],
  };
  const of = (kind: string, spec: object) => ({ apiVersion: "networking.istio.io/v1", kind, name: host, spec });
  return [
    of("ServiceEntry", entry),
    ...(tls === undefined ? [] : [of("DestinationRule", { host, trafficPolicy: { tls } })]),
  ];
}

function believes(service: string, name: string, ...jwtRules: object[]) {
  const targetRefs = [{ kind: "ServiceEntry", group: "networking.istio.io", name: `${service}.test` }];
  const spec = { targetRefs, jwtRules: jwtRules.map((rule) => ({ issuer: ISSUER, ...rule })) };
  return { apiVersion: "security.istio.io/v1", kind: "RequestAuthentication", name: `${service}-${name}`, spec };
}

const inline = { jwks: JSON.stringify({ keys: KEYS }) };
const when = (value: string, more: object = {}) => ({ match: { case: { exact: value } }, to: "v1", ...more });

async function spec() {
  // Each its own place, so that each has its own keys.
  const remote = (path: string, more: object = {}) => ({ jwksUri: `${server.uri}/${path}`, timeout: "2s", ...more });
  const required = [{ to: "v1", jwt: { required: true } }];
  return {
    services: {
      guarded: {
        routes: [
          when("admin", { jwt: { claims: { role: ["admin", "ops*"] } } }),
          when("open"),
          { match: { user: { exact: "eve" } }, to: "v2", jwt: { required: true } },
          { to: "v1", jwt: { required: true } },
        ],
        documents: [
          believes("guarded", "users", {
            ...inline,
            audiences: ["here"],
            clockSkew: "0s",
            outputClaimToHeaders: [
              { header: "User", claim: "sub" },
              { header: "Role", claim: "role" },
            ],
          }),
        ],
      },
      slow: { routes: required, documents: [believes("slow", "users", remote("slow"))] },
      aging: { routes: required, documents: [believes("aging", "users", remote("aging", { cacheDuration: "300ms" }))] },
      rotating: { routes: required, documents: [believes("rotating", "users", remote("rotating"))] },
      vouched: {
        routes: required,
        documents: [
          ...keysAt("keys.test", { mode: "SIMPLE", caCertificates: join(folder, "ca.pem") }),
          believes("vouched", "users", { jwksUri: "https://keys.test/", timeout: "2s" }),
        ],
      },
      unvouched: {
        routes: required,
        documents: [
          ...keysAt("strange-keys.test"),
          believes("unvouched", "users", { jwksUri: "https://strange-keys.test/", timeout: "2s" }),
        ],
      },
      changing: { routes: [{ to: "v1" }] },
    },
  };
}

const bearing = (text: string, more: readonly (readonly [string, string])[] = []) => ({
  attributes: [["authorization", `Bearer ${text}`], ...more] as readonly (readonly [string, string])[],
  payload: "body",
});
const here = { aud: "here" };

contract(
  "jwt",
  spec,
  (world, protocol) => {
    test("each algorithm is believed, and the backend is told who it is, and not the token", async () => {
      for (const algorithm of ALGORITHMS) {
        const answer = await world()
          .caller("guarded")
          .call(bearing(await token(algorithm, { ...here, role: "user" })));
        expect(answer.error).toBeUndefined();
        const { attributes, payload } = world().backends.v1.messages.at(-1) ?? {};
        expect([...(attributes ?? [])].sort()).toEqual([
          ["Role", "user"],
          ["User", "ann"],
        ]);
        expect(payload?.toString()).toBe("body");
      }
    });

    test("what is not a good token is refused with the protocol's own error, and the connection stays", async () => {
      const caller = world().caller("guarded");
      const now = Math.floor(Date.now() / 1000);
      const good = await token("RS256", here);
      const publicKey = Buffer.from(JSON.stringify(KEYS[1]));
      const wrong = {
        missing: undefined,
        "no token": "nonsense",
        truncated: good.slice(0, -10),
        unsigned: good.slice(0, good.lastIndexOf(".") + 1),
        none: new UnsecuredJWT({ iss: ISSUER, ...here }).encode(),
        "another's signature": await token("ES256", here, rotated.privateKey),
        "algorithm swapped": await token("HS256", here, publicKey, "RS256"),
        "unknown key": await token("RS256", here, signers.RS256, "other"),
        expired: await token("HS256", { ...here, exp: now - 1 }),
        "not yet valid": await token("HS256", { ...here, nbf: now + 60 }),
        "for another audience": await token("HS256", { aud: "there" }),
        "by another issuer": await token("HS256", { ...here, iss: "https://other.test" }),
      };
      for (const [name, text] of Object.entries(wrong)) {
        const answer = await caller.call(text === undefined ? {} : bearing(text));
        expect([name, answer.error, answer.payload.toString()]).toEqual([
          name,
          expect.any(String),
          // In the protocol's words, or the filter's.
          expect.stringMatching(/denied|^(Jwt|Jwks|Audiences) /i),
        ]);
      }
      expect(world().backends.v1.messages).toEqual([]);
      expect((await caller.call(bearing(good))).error).toBeUndefined();
      expect(caller.opened).toBe(1);
    });

    test("claims are required where a route asks for them", async () => {
      const ask = async (claims: JWTPayload | undefined, name: string) => {
        const call = claims === undefined ? { attributes: [] } : bearing(await token("HS256", { ...here, ...claims }));
        const attributes = [...call.attributes, ["case", name] as const];
        return (
          (
            await world()
              .caller("guarded")
              .call({ ...call, attributes })
          ).error === undefined
        );
      };
      expect(await ask({ role: "admin" }, "admin")).toBe(true);
      expect(await ask({ role: ["user", "ops-1"] }, "admin")).toBe(true);
      expect(await ask({ role: "user" }, "admin")).toBe(false);
      expect(await ask(undefined, "admin")).toBe(false);
      expect(await ask(undefined, "open")).toBe(true);
    });

    test("what a client says in a token's place is gone, and a token does not choose the route", async () => {
      await world()
        .caller("guarded")
        .call({
          attributes: [
            ["case", "open"],
            ["role", "admin"],
          ],
        });
      expect(world().backends.v1.messages[0]?.attributes).toEqual([["case", "open"]]);
      await world()
        .caller("guarded")
        .call(bearing(await token("HS256", { ...here, sub: "eve" })));
      expect(world().counts()).toEqual({ v1: 2, v2: 0, v3: 0 });
    });

    test("who needs keys waits for them, and nobody else does", async () => {
      server.delayMs = 300;
      const started = Date.now();
      const waits = world()
        .caller("slow")
        .call(bearing(await token("RS256")));
      const other = await world()
        .caller("guarded")
        .call(bearing(await token("RS256", here)));
      expect(other.error).toBeUndefined();
      expect(Date.now() - started).toBeLessThan(300);
      expect((await waits).error).toBeUndefined();
      expect(world().backends.v1.messages).toHaveLength(2);
    });

    test("keys come by https from whom a rule's authority vouches for, and from nobody else", async () => {
      const bearer = bearing(await token("RS256"));
      const [visits, refused] = [front.visitors.length, front.refused];
      expect((await world().caller("vouched").call(bearer)).error).toBeUndefined();
      expect(front.visitors.slice(visits)).toEqual([{ serverName: "keys.test", subject: "" }]);
      // That one has the right name, but its authority is none of the web's.
      expect((await world().caller("unvouched").call(bearer)).error).toBe("unavailable");
      await until("the proxy to turn away", () => front.refused > refused);
      expect(front.visitors.slice(visits)).toHaveLength(1);
      expect(world().backends.v1.messages).toHaveLength(1);
    });

    // Of no protocol's business, and a matter of seconds.
    if (protocol === awesomerpc) {
      test("keys are fetched anew, and the old ones serve while there are no others", async () => {
        const bearer = bearing(await token("ES256"));
        const caller = world().caller("aging");
        const passes = async () => (await caller.call(bearer)).error === undefined;
        expect(await passes()).toBe(true);
        server.status = 500;
        const before = server.asked;
        await until("an attempt in vain", async () => {
          expect(await passes()).toBe(true);
          return server.asked > before;
        });
        server.status = 200;
        server.keys = [{ ...(await exportJWK(rotated.publicKey)), kid: "ES256" }];
        await until("the new keys", async () => !(await passes()));
      });

      test("a key that is new is fetched when a token names it", { timeout: 40_000 }, async () => {
        const caller = world().caller("rotating");
        expect((await caller.call(bearing(await token("ES256")))).error).toBeUndefined();
        server.keys = [...KEYS, { ...(await exportJWK(rotated.publicKey)), kid: "new" }];
        const bearer = bearing(await token("ES256", {}, rotated.privateKey, "new"));
        await until("the new key", async () => (await caller.call(bearer)).error === undefined);
      });
    }

    test("the rules come and go without touching a listener or a connection", async () => {
      const listeners = await world().proxy.listenerVersions();
      const caller = world().caller("changing");
      const refused = async () => (await caller.call()).error !== undefined;
      expect(await refused()).toBe(false);
      world().rules("changing", {
        routes: [{ to: "v1", jwt: { required: true } }],
        documents: [believes("changing", "users", inline)],
      });
      await until("the rule", refused);
      expect((await caller.call(bearing(await token("RS256")))).error).toBeUndefined();
      world().rules("changing", {});
      await until("no rule", async () => !(await refused()));
      expect(caller.opened).toBe(1);
      expect(await world().proxy.listenerVersions()).toEqual(listeners);
    });
  },
  { lanes: ONE_BY_ONE },
);
